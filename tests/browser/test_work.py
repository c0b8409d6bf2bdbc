"""My work in a browser: by keys alone, two people at once, and what it looks like."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from leads.change import ById, CallLog, ConsentWish, LeadChange
from leads.changes import apply_change
from leads.changes.messages import add_draft
from leads.models import Action, Entry, Lead
from tests.admin.test_work import HUMAN, make_due
from tests.browser.desk import assert_accessible, assert_light, look
from tests.browser.test_lead import make_items
from tests.make import SYSTEM, make_lead, make_member, make_user_actor

pytestmark = pytest.mark.browser


def at(page, place, text):
    """The page has come, and listens to keys."""
    expect(page.locator(place)).to_have_text(text)
    page.wait_for_load_state("domcontentloaded")


def test_the_queue_and_its_small_forms_look_right_everywhere(desk_page):
    workspace, agent = desk_page.workspace, desk_page.user
    for hours in (-50, -3, -1):
        make_due(workspace, agent, hours, name=f"Ana {hours}", business_name="Ruiz Bakery and Sons")
    lead = make_lead(workspace, name="Ben Hale", email="ben@example.org")
    add_draft(
        workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi Ben", body="Hello,\n\nshall we talk?"
    )
    page = desk_page.open("index", query="?part=overdue")
    assert_light(desk_page, page)
    look(page, "work")

    for key, name in (("d", "done"), ("s", "snooze"), ("o", "outcome"), ("r", "hand-over")):
        desk_page.key("j", key)
        expect(page.locator("#panel form")).to_be_visible()
        look(page, f"work-{name}")
        desk_page.key("Escape")
        expect(page.locator("#panel form")).not_to_be_visible()
    desk_page.open("index", query="?part=drafts")
    look(page, "work-drafts")
    desk_page.open("index", query="?part=upcoming")
    look(page, "work-empty")


def test_a_pass_through_the_queue_by_keys_alone(desk_page):
    workspace, agent = desk_page.workspace, desk_page.user
    leads = [make_due(workspace, agent, -hours, name=f"Lead {hours}") for hours in (4, 3, 2, 1)]
    page = desk_page.open("index", query="?part=overdue")

    desk_page.key("j")
    expect(page.locator(f"#open-{leads[0].pk}")).to_be_focused()
    desk_page.key("n", "j", "k")
    expect(page.locator(f"#open-{leads[1].pk}")).to_be_focused()
    desk_page.key("s")
    expect(page.locator("#panel form")).to_be_visible()
    desk_page.key("2", "Enter")
    expect(page.locator("#notices")).to_contain_text("Put off: Lead 3.")
    expect(page.locator(f"#open-{leads[2].pk}")).to_be_focused()
    desk_page.key("d")
    expect(page.locator("#panel form")).to_be_visible()
    desk_page.key("4", "Enter")
    expect(page.locator("#notices")).to_contain_text("Done: Lead 2.")
    desk_page.key("u")
    expect(page.locator("#notices")).to_contain_text("Undone: Lead 2.")
    desk_page.key("j", "Enter")

    page.wait_for_url(re.compile("/leads/"))
    assert Lead.objects.get(pk=leads[2].pk).attempts == 0
    assert Lead.objects.get(pk=leads[1].pk).next_action_at.minute == 0


def test_twenty_eight_no_answers_take_twenty_eight_keys(desk_page):
    workspace, agent = desk_page.workspace, desk_page.user
    for number in range(28):
        make_due(workspace, agent, -30 + number, name=f"Lead {number}")
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("f")

    for number in range(28):
        at(page, ".place", f"{number + 1} of 28")
        desk_page.key("1")

    expect(page.locator("#notices")).to_contain_text("That was all: 28 leads worked through.")
    assert set(Lead.objects.values_list("attempts", flat=True)) == {1}
    assert Entry.objects.filter(kind="called").count() == 28
    assert Action.objects.filter(status="PENDING", kind="CALL").count() == 28


def test_focus_mode_by_keys_with_undo_and_a_call_agreed_for_their_time(desk_page):
    workspace, agent = desk_page.workspace, desk_page.user
    first = make_due(workspace, agent, -2, name="Ana Ruiz", phone="+12135550137", note="Asked for a quote.")
    second = make_due(workspace, agent, -1, name="Ben Hale")
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("f")
    at(page, "h1", "Ana Ruiz")
    desk_page.open("work_focus_lead", first.pk)
    assert_light(desk_page, page)
    look(page, "focus")

    desk_page.key("4")
    at(page, "h1", "Ben Hale")
    desk_page.key("u")
    at(page, "h1", "Ana Ruiz")
    assert Lead.objects.get(pk=first.pk).attempts == 0
    desk_page.key("6")
    expect(page.get_by_label("Day and time")).to_be_focused()
    look(page, "focus-callback")
    page.get_by_label("Day and time").fill("2031-05-05T09:00")
    page.get_by_label("Whose time").select_option("theirs")
    desk_page.key("Escape")
    expect(page.get_by_label("Day and time")).not_to_be_focused()
    desk_page.key("6")

    at(page, "h1", "Ben Hale")
    assert Action.objects.get(lead=first, status="PENDING").scheduled_at.hour == 16
    desk_page.key("o")
    page.get_by_role("radio", name="Lost").check()
    page.locator("#panel").get_by_role("button", name="Set").click()
    expect(page.locator("#notices")).to_contain_text("That was all: 2 leads worked through.")
    assert Lead.objects.get(pk=second.pk).disposition.stage == "lost"


def test_enter_in_the_time_of_an_agreed_call_logs_that_call_and_escape_gives_the_keys_back(desk_page):
    workspace, agent = desk_page.workspace, desk_page.user
    lead = make_due(workspace, agent, -2, name="Ana Ruiz")
    make_due(workspace, agent, -1, name="Ben Hale")
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("f")
    at(page, "h1", "Ana Ruiz")
    desk_page.key("6")
    expect(page.get_by_text("Enter in the field logs the callback")).to_be_visible()
    page.get_by_label("Day and time").fill("2031-05-05T09:00")
    page.get_by_label("Day and time").press("Enter")

    at(page, "h1", "Ben Hale")
    assert Action.objects.get(lead=lead, status="COMPLETED", outcome__gt="").outcome == "callback"
    assert Action.objects.get(lead=lead, status="PENDING").scheduled_at.year == 2031
    desk_page.key("6")
    expect(page.get_by_label("Day and time")).to_be_focused()
    desk_page.key("Enter", "Escape", "n")
    expect(page.locator("#notices")).to_contain_text("That was all")
    assert not Lead.objects.filter(first_name="Ben", attempts__gt=0).exists()


def test_escape_closes_the_question_for_a_time_unless_something_was_typed(desk_page):
    make_due(desk_page.workspace, desk_page.user, -2, name="Ana Ruiz")
    make_due(desk_page.workspace, desk_page.user, -1, name="Ben Hale")
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("f")
    at(page, "h1", "Ana Ruiz")
    when, question = (
        page.get_by_label("Day and time"),
        page.get_by_text("Enter in the field logs the callback"),
    )
    for _again in range(2):
        desk_page.key("6")
        expect(question).to_be_visible()
        desk_page.key("Escape")
        expect(when).to_be_hidden()
        expect(page.get_by_role("button", name="Callback")).to_be_focused()

    desk_page.key("w")
    expect(page.get_by_label("Note")).to_be_focused()
    expect(question).to_be_hidden()
    desk_page.key("Escape")
    expect(page.get_by_label("Note")).to_be_hidden()
    desk_page.key("w")
    page.keyboard.type("Ask for Bob")
    desk_page.key("Escape")
    expect(page.get_by_label("Note")).to_be_visible()
    expect(page.locator(".calls summary")).to_be_focused()

    desk_page.key("1")
    at(page, "h1", "Ben Hale")
    desk_page.key("u")
    at(page, "h1", "Ana Ruiz")
    expect(page.get_by_label("Note")).to_have_value("Ask for Bob")
    look(page, "focus-undone")


def test_enter_beside_the_outcomes_presses_none_of_them(desk_page):
    lead = make_due(
        desk_page.workspace, desk_page.user, kind="TASK", consent=(ConsentWish("call", opted_in=False),)
    )
    desk_page.open("index", query="?part=overdue")
    desk_page.key("f")
    reason = desk_page.page.get_by_label("Why call in spite of the opt-out")
    reason.fill("They rang us")
    reason.press("Enter")
    desk_page.open("lead", lead.pk)
    desk_page.key("l")
    reason = desk_page.page.get_by_label("Why was the call made all the same?")
    reason.fill("They rang us")
    reason.press("Enter")
    expect(reason).to_have_value("They rang us")

    desk_page.page.reload()
    assert Lead.objects.get(pk=lead.pk).attempts == 0


def test_a_new_lead_shows_its_clock_running(desk_page):
    make_lead(desk_page.workspace, name="Ana", phone="+12135550137", **HUMAN)
    page = desk_page.open("index", query="?part=new_unassigned")
    desk_page.key("f")
    expect(page.locator("[data-since]")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    look(page, "focus-new")


def test_a_phone_shows_no_keys_beside_what_is_pressed(sign_in):
    desk = sign_in(width=390, height=844)
    lead = make_due(desk.workspace, desk.user, name="Ana")
    page = desk.open("work_focus_lead", lead.pk)
    expect(page.get_by_role("button", name="No answer")).to_be_visible()
    expect(page.locator("main kbd:visible")).to_have_count(0)
    desk.open("lead", lead.pk)
    expect(page.get_by_role("link", name="Log a call")).to_be_visible()
    expect(page.locator("main kbd:visible")).to_have_count(0)

    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator("main kbd:visible").first).to_be_visible()


def test_an_agreed_call_is_logged_on_a_phone_where_its_time_is_asked_for(sign_in):
    desk = sign_in(width=390, height=844)
    lead = make_due(desk.workspace, desk.user, name="Ana")
    page = desk.open("work_focus_lead", lead.pk)
    expect(page.get_by_role("button", name="Log the callback")).not_to_be_visible()

    page.get_by_role("button", name="Callback agreed").click()
    page.get_by_label("Day and time").fill("2031-05-05T09:00")
    expect(page.get_by_role("button", name="Log the callback")).to_be_in_viewport()
    look(page, "focus-asked")
    page.get_by_role("button", name="Log the callback").click()

    expect(page.locator("#notices")).to_contain_text("Callback agreed")
    assert Action.objects.get(lead=lead, status="PENDING").scheduled_at.year == 2031


def test_two_who_claim_at_once_get_one_lead_and_a_clear_sentence(sign_in, workspace):
    make_lead(workspace, name="Ana", **HUMAN)
    ana, ben = sign_in(), sign_in()
    pages = [desk.open("index", query="?part=new_unassigned") for desk in (ana, ben)]

    ana.key("j", "c")
    expect(pages[0].locator("#notices")).to_contain_text("Ana is yours.")
    ben.key("j", "c")

    expect(pages[1].locator("#notices")).to_contain_text(f"{ana.user} is on this lead already")
    expect(pages[1].locator("[data-row]")).to_have_count(0)
    assert Lead.objects.get().assignee_id == ana.user.pk


def test_two_in_focus_mode_work_on_two_leads(sign_in, workspace):
    for name in ("Ana", "Ben"):
        make_lead(workspace, name=name, **HUMAN)
    names = set()
    for desk in (sign_in(), sign_in()):
        page = desk.open("index", query="?part=new_unassigned")
        desk.key("f")
        page.wait_for_url(re.compile("/work/focus/"))
        names.add(page.locator("h1").text_content())

    assert names == {"Ana", "Ben"}


def test_two_who_approve_one_draft_send_it_once(sign_in, workspace):
    lead = make_lead(workspace, name="Ana", email="ana@example.org")
    add_draft(workspace, SYSTEM, ById(lead.pk), channel="EMAIL", subject="Hi", body="Hello Ana")
    one, other = sign_in(), sign_in()
    pages = [desk.open("index", query="?part=drafts") for desk in (one, other)]

    one.key("j", "y")
    expect(pages[0].locator("#notices")).to_contain_text("on its way")
    other.key("j", "y")

    expect(pages[1].locator("#notices")).to_contain_text(f"{one.user} approved this already")
    expect(pages[1].locator("[data-row]")).to_have_count(0)
    assert Entry.objects.filter(kind="message_approved").count() == 1


def test_a_refused_step_keeps_what_was_typed_in_the_dialog(desk_page):
    desk_page.expected.append("422")
    lead = make_due(desk_page.workspace, desk_page.user, name="Ana")
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("j", "s")
    page.get_by_label("At a time").check()
    page.get_by_label("Day and time").fill("2020-01-01T10:00")
    page.get_by_role("button", name="Put off").click()

    expect(page.locator("#panel")).to_contain_text("This time is over")
    expect(page.get_by_label("Day and time")).to_have_value("2020-01-01T10:00")
    assert_accessible(page)
    assert Action.objects.get(lead=lead).status == "PENDING"


def test_a_new_lead_on_a_phone_meets_who_is_there_already(sign_in, workspace):
    colleague = make_member(workspace)
    known = make_lead(workspace, name="Ana Ruiz", phone="+14045550137", assignee=colleague.pk)
    desk = sign_in(width=390, height=844)
    page = desk.open("new_lead")
    page.get_by_label("Phone").fill("404-555-0137")
    expect(page.locator("#known")).to_contain_text("Ana Ruiz")
    # Above the keyboard of a phone, with no scrolling.
    typed = page.get_by_label("Phone").bounding_box()
    shown = page.locator("#known").get_by_role("link", name="Ana Ruiz").bounding_box()
    assert typed["y"] < shown["y"] < 500
    expect(page.locator("#known")).to_contain_text(str(colleague))
    look(page, "new")
    page.get_by_text("Note on that one").click()
    page.locator("#known").get_by_label("Note").fill("Rang the front desk.")
    page.get_by_role("button", name="Leave the note").click()

    page.wait_for_url(f"**/leads/{known.pk}/")
    known.refresh_from_db()
    assert known.note == "Rang the front desk."


def test_a_new_lead_is_added_by_keys_and_is_mine(desk_page):
    desk_page.open("index")
    desk_page.key("a")
    page = desk_page.page
    page.wait_for_url("**/leads/new/")
    page.get_by_label("Name", exact=True).fill("Zoe Quist")
    page.get_by_label("Phone").fill("4045550199")
    desk_page.key("Enter")

    page.wait_for_url(re.compile("/leads/[0-9a-f-]{36}/"))
    lead = Lead.objects.get()
    assert (lead.full_name, lead.assignee_id, lead.assignee_type) == (
        "Zoe Quist",
        desk_page.user.pk,
        "HUMAN_AGENT",
    )


def test_reports_fill_card_by_card_and_look_right(manager_page):
    workspace, manager = manager_page.workspace, manager_page.user
    make_items(workspace)
    actor = make_user_actor(manager, "manager")
    for number, outcome in enumerate(("connected", "no_answer", "voicemail", "connected")):
        lead = make_due(workspace, manager, -50, name=f"Lead {number}", source=("web", "fair")[number % 2])
        apply_change(workspace, actor, ById(lead.pk), LeadChange(call=CallLog(outcome)))
    make_due(workspace, manager, -3, name="Late")
    page = manager_page.open("reports")
    for card in page.locator(".report").all():
        card.scroll_into_view_if_needed()
    expect(page.locator(".report table")).to_have_count(6)
    look(page, "reports")

    page.locator("#report-funnel").get_by_role("link", name="5", exact=True).first.click()
    page.wait_for_url(re.compile("created_from|/rows/"))
    manager_page.open("report_rows", "activity", "attempts")
    expect(page.locator("tbody tr")).to_have_count(4)
    look(page, "report-rows")


def test_a_row_that_went_to_a_colleague_leaves_the_list_with_a_sentence(sign_in, workspace):
    desk, colleague = sign_in(), make_member(workspace)
    lead, _other = (make_due(workspace, desk.user, -hours, name=f"Lead {hours}") for hours in (2, 1))
    page = desk.open("index", query="?part=overdue")
    desk.key("j", "s")
    expect(page.locator("#panel form")).to_be_visible()
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"assignee": colleague.pk}))
    page.get_by_role("button", name="Put off").click()

    expect(page.locator("#notices")).to_contain_text(f"This lead is {colleague}")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("[data-row]")).to_contain_text("Lead 1")
