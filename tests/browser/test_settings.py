"""The settings and one's own account, in a browser: every page looked at, and what is pressed there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from leadhub.web.records import record_request
from leadhub.web.requests import identify
from leads.change import TagChange
from leads.changes.endpoints import create_endpoint, pause_endpoint
from leads.outbox.jobs import JobQueue
from leads.outbox.log import send_test
from tests.browser.desk import assert_accessible, assert_fits, assert_light, look
from tests.make import SYSTEM, make_key, make_lead, make_member
from tests.outbox.make import Idle

pytestmark = pytest.mark.browser


def make_webhook(workspace):
    values = {"name": "CRM", "url": "https://crm.example/hooks/leads", "events": ["lead.created"]}
    return create_endpoint(workspace, SYSTEM, values)[0]


def make_request(workspace, key, rf_body=b'{"status": "asleep"}'):
    from django.test import RequestFactory

    from leads.errors import Problem

    request = RequestFactory().put("/api/v1/leads/1", rf_body, content_type="application/json")
    assert request.body
    identify(request, "pollybot", workspace.pk, key.pk)
    problems = [Problem("status", "invalid_choice", "Choose a known status.", "asleep")]
    return record_request(request, 400, "invalid", problems=problems)


PLACES = [
    "settings",
    "members",
    "keys",
    "key_new",
    "dispositions",
    "disposition_new",
    "outcomes",
    "outcome_new",
]
PLACES += [
    "tags",
    "tag_new",
    "templates",
    "template_new",
    "webhooks",
    "webhook_new",
    "requests",
    "audit",
    "profile",
    "password",
    "sessions",
]


@pytest.mark.parametrize("name", PLACES)
def test_each_place_is_accessible_light_and_no_wider_than_a_phone(owner_page, name):
    page = owner_page.open(name)
    assert_light(owner_page, page)
    look(page, name)


def test_an_order_is_made_by_keyboard(owner_page):
    page = owner_page.open("outcomes")
    page.get_by_role("button", name="Move Busy up").focus()
    owner_page.key("Enter")
    expect(page.get_by_role("button", name="Move Busy up")).to_be_focused()
    owner_page.key("Enter")
    expect(page.get_by_role("button", name="Move Busy down")).to_be_focused()
    expect(page.get_by_role("button", name="Move Busy up")).to_be_disabled()
    expect(page.locator("tbody th")).to_have_text(
        ["Busy", "No answer", "Voicemail", "Connected", "Wrong number", "Callback agreed"]
    )


def test_a_tag_is_merged_and_its_leads_are_watched(owner_page):
    for name in ("VIP", "Hot"):
        make_lead(owner_page.workspace, first_name="Ana", tags=TagChange(names=(name,)))
    page = owner_page.open("tags")
    page.get_by_role("link", name="Merge VIP").click()
    look(page, "tag-merge")
    page.get_by_label("Which tag it becomes").select_option("Hot")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("heading", name="Merge tags: VIP → Hot")).to_be_visible()
    JobQueue().work(JobQueue().claim("one", 1, [])[0], Idle())
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    look(page, "tag-merged-job")

    page = owner_page.open("tags")
    expect(page.get_by_text("merged into Hot")).to_be_visible()
    look(page, "tags-merged")
    page = owner_page.open("leads", query="?tag=VIP")
    expect(page.get_by_text("The tag “VIP” was merged into “Hot”")).to_be_visible()
    look(page, "list-of-merged-tag")


def test_the_pages_of_one_thing_too(owner_page):
    workspace = owner_page.workspace
    key, _text = make_key(workspace, "pollybot")
    webhook = make_webhook(workspace)
    delivery = send_test(workspace, webhook.pk)
    # So that each page also has its banner.
    pause_endpoint(workspace, SYSTEM, webhook.pk, "Nothing was taken since Monday; look at the receiver.")
    record = make_request(workspace, key)
    agent = make_member(workspace)
    make_lead(workspace, assignee=agent.pk)
    for name, argument in (
        ("key", key.public_id),
        ("webhook", webhook.pk),
        ("webhook_edit", webhook.pk),
        ("delivery", delivery.pk),
        ("request", record),
        ("member_leave", agent.pk),
        ("member_invited", agent.pk),
    ):
        look(owner_page.open(name, argument), name)
    look(owner_page.open("requests"), "requests-some")
    look(owner_page.open("webhooks"), "webhooks-some")


def test_a_key_is_shown_once_copied_rotated_and_revoked(owner_page):
    owner_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = owner_page.open("key_new")
    page.get_by_label("Whose key is it?").fill("Website chat")
    page.get_by_label("PollyBot").check()
    page.get_by_role("button", name="Issue the key").click()

    text = page.locator("#key-text").inner_text()
    page.get_by_role("button", name="Copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == text
    look(page, "key-told")
    page.get_by_role("link", name="I have copied it").click()
    assert text not in page.content()

    page.get_by_role("button", name="Rotate").click()
    assert_accessible(page)
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    assert page.locator("#key-text").inner_text() != text
    page.get_by_role("link", name="I have copied it").click()
    look(page, "key-rotated")
    page.get_by_role("button", name="Revoke now").click()
    expect(page.get_by_role("dialog")).to_contain_text("The one that replaced it goes on.")
    page.get_by_role("dialog").get_by_role("button", name="Revoke now").click()
    expect(page.get_by_role("status")).to_contain_text("is revoked")
    expect(page.get_by_role("button", name="Revoke now")).to_have_count(0)

    page.get_by_role("button", name="Rotate").click()
    page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("so does the older key that it replaced")
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("is revoked, with what it had replaced")
    look(page, "key-revoked")


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(owner_page):
    owner_page.expected.append("422")
    page = owner_page.open("settings")
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_label("Currency").fill("dollars")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_label("Time zone")).to_have_value("America/New_York")
    described = page.get_by_label("Currency").get_attribute("aria-describedby")
    expect(page.locator(f"#{described} .problem")).to_be_visible()
    look(page, "settings-refused")


def test_a_template_shows_what_it_will_say_while_it_is_written(owner_page):
    make_lead(owner_page.workspace, first_name="Zoe", last_name="Markedly")
    page = owner_page.open("template_new")
    page.get_by_label("Name").fill("First hello")
    page.get_by_label("Text").fill("Dear {{ first_name|friend }}, this is {{ workspace_name }}.")
    expect(page.get_by_text("Dear Zoe")).to_be_visible()
    expect(page.get_by_text("Dear friend")).to_be_visible()
    look(page, "template-written")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("“First hello” saved.")
    look(page, "templates-some")

    lead = make_lead(owner_page.workspace, first_name="Ana", email="ana@desk.example")
    page = owner_page.open("lead", lead.pk)
    page.keyboard.press("e")
    page.get_by_label("Template").select_option("First hello")
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile("^Dear {{ first_name"))
    expect(page.get_by_text("Dear Ana, this is")).to_be_visible()
    page = owner_page.open("lead_write", lead.pk)
    page.get_by_label("Template").select_option("First hello")
    page.get_by_role("button", name="Use").click()
    expect(page.get_by_text("Dear Ana, this is")).to_be_visible()


def test_somebody_invited_comes_in_by_the_link(owner_page, sign_in):
    page = owner_page.open("members")
    page.get_by_label("Email").fill("new@desk.example")
    page.get_by_role("button", name="Invite").click()
    link = page.locator("#link").inner_text()
    look(page, "invited")

    stranger = sign_in(make_member(owner_page.workspace), width=390)
    stranger.context.clear_cookies()
    door = stranger.page
    door.goto(link)
    assert_fits(door)
    assert_accessible(door)
    for label in ("New password", "New password confirmation"):
        door.get_by_label(label, exact=True).fill("a long enough password")
    door.get_by_role("button", name="Save and sign in").click()
    expect(door).to_have_title(re.compile("My work"))
    door.goto("/admin/account/sessions/")
    expect(door.get_by_text("this one")).to_be_visible()
    door.goto(link)
    expect(door.get_by_text("used already")).to_be_visible()


def test_the_doors_are_accessible_too(sign_in):
    desk = sign_in()
    desk.context.clear_cookies()
    for path in ("login/", "forgotten/", "forgotten/sent/"):
        desk.page.goto(f"/admin/{path}")
        look(desk.page, path.strip("/").replace("/", "-"))
