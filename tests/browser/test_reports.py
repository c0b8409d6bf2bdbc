"""The reports as a manager sees them: six cards that are looked at, and one that fails by itself."""

from __future__ import annotations

import pytest
from django.db import connection
from playwright.sync_api import expect

from leads.change import ById, CallLog, LeadChange
from leads.changes import apply_change
from leads.changes.workspace import change_workspace
from tests.browser.desk import assert_light, look
from tests.make import SYSTEM, make_lead, make_member, make_user_actor

pytestmark = pytest.mark.browser


def test_the_cards_are_readable_with_data_and_without(manager_page):
    page = manager_page.open("reports")
    assert_light(manager_page, page)
    _walk_down(page)
    expect(page.locator("text=Nothing is overdue.")).to_be_visible()
    look(page, "reports-empty")
    workspace = manager_page.workspace
    change_workspace(workspace, SYSTEM, {"working_hours": [["09:00", "17:00"]] * 5 + [None, None]})
    for number in range(3):
        lead = make_lead(
            workspace, first_name=f"Ana {number}", source="web" * 16, assignee_type="HUMAN_AGENT"
        )
        agent = make_user_actor(make_member(workspace))
        apply_change(workspace, agent, ById(lead.pk), LeadChange(call=CallLog("connected")))

    page = manager_page.open("reports")
    _walk_down(page)
    expect(page.locator(".report table")).to_have_count(4)
    look(page, "reports")
    page.get_by_label("Waiting told").select_option("around the clock")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("#report-speed")).to_contain_text("By the clock on the wall.")


def test_a_card_that_fails_says_so_in_its_place_and_leaves_the_others(manager_page):
    manager_page.expected.append("500")
    _rename("leads_answer", "leads_answer_away")
    try:
        page = manager_page.open("reports")
        _walk_down(page)
        expect(page.locator("#report-checklist")).to_contain_text("This card could not be made")
        expect(page.locator("#report-funnel")).to_contain_text("No leads came in this period.")
        expect(page.locator("[data-broken]:visible")).to_have_count(1)
        expect(page.locator("#notices")).to_be_empty()
        look(page, "reports-broken")
    finally:
        _rename("leads_answer_away", "leads_answer")

    page.locator("#report-checklist").get_by_role("button", name="Try again").click()

    expect(page.locator("#report-checklist")).to_contain_text("The checklist asks for nothing yet.")


def test_what_is_printed_is_the_whole_report(manager_page):
    make_lead(manager_page.workspace, first_name="Ana", source="web")
    page = manager_page.open("reports")
    page.set_viewport_size({"width": 1440, "height": 500})
    page.wait_for_load_state("networkidle")
    expect(page.locator("#report-overdue [data-broken]")).to_be_hidden()
    expect(page.locator("#report-overdue")).to_contain_text("Loading")

    page.pdf()

    expect(page.locator("#report-overdue")).to_contain_text("Nothing is overdue.")
    expect(page.locator("[data-broken]")).to_have_count(0)
    # What is here is not asked for again once it comes into sight.
    manager_page.requests.clear()
    page.locator("#report-overdue").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert not manager_page.requests


def test_a_card_that_fails_on_the_way_to_paper_says_so_there(manager_page):
    manager_page.expected.append("500")
    _rename("leads_answer", "leads_answer_away")
    try:
        page = manager_page.open("reports")
        page.set_viewport_size({"width": 1440, "height": 500})
        page.wait_for_load_state("networkidle")
        page.pdf()
        expect(page.locator("#report-checklist")).to_contain_text("This card could not be made")
        expect(page.locator("#report-overdue")).to_contain_text("Nothing is overdue.")
    finally:
        _rename("leads_answer_away", "leads_answer")


def _walk_down(page):
    """Cards are asked for when they come into sight."""
    for section in page.locator(".report").all():
        section.scroll_into_view_if_needed()
        expect(section.locator("[data-broken][hidden]")).to_have_count(0)


def _rename(table, name):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")
