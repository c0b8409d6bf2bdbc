"""The frame around every page: keys, palette, menus, colours, and what it does when things go wrong."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from leadhub.workspaces.models import User
from leads.models import Action, Lead, Tag
from tests.admin.test_work import make_due
from tests.browser.desk import assert_accessible, assert_fits, assert_light, look
from tests.browser.test_work import at
from tests.make import make_lead, make_member, make_workspace

pytestmark = pytest.mark.browser


# Letters are typed, the answer to none of them comes in, and Enter is pressed, all at once.
EARLY_ANSWER = """() => {
  const query = document.getElementById("palette-query"), found = document.getElementById("palette-found");
  query.value = "ana";
  query.dispatchEvent(new Event("input", {bubbles: true}));
  found.innerHTML = '<a role="option" href="/admin/reports/"><span class="what">Early</span></a>';
  const detail = {requestConfig: {parameters: {query: ""}}};
  found.dispatchEvent(new CustomEvent("htmx:afterSwap", {bubbles: true, detail}));
  query.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}));
}"""


def test_every_page_of_the_frame_is_accessible_light_and_no_wider_than_a_phone(desk_page):
    lead = make_lead(desk_page.workspace, first_name="Ana", phone="6782319992", email="ana@example.org")
    for name, args in (("index", ()), ("leads", ()), ("lead", (lead.pk,)), ("palette", ())):
        page = desk_page.open(name, *args)
        assert_light(desk_page, page)
        look(page, name)


def test_keys_go_places_but_not_while_typing(desk_page):
    page = desk_page.open("index")

    desk_page.key("g", "l")
    page.wait_for_url("**/leads/")
    page = desk_page.open("profile")
    desk_page.key("/")
    page.keyboard.type("g w")

    expect(page.locator("#find")).to_be_focused()
    expect(page.locator("#find")).to_have_value("g w")


def test_the_sheet_of_keys_is_made_of_what_the_page_declares(desk_page):
    page = desk_page.open("index")

    desk_page.key("?")

    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Go to Leads")
    assert_accessible(page)
    desk_page.key("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_who_switched_the_keys_off_has_none(desk_page):
    User.objects.filter(pk=desk_page.user.pk).update(shortcuts=False)
    page = desk_page.open("index")

    desk_page.key("g", "l", "?")

    assert page.url.endswith("/admin/")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_palette_finds_leads_pages_and_actions(desk_page):
    lead = make_lead(desk_page.workspace, first_name="Ana", last_name="Diaz", phone="6782319992")
    make_lead(make_workspace(), first_name="Ana", last_name="Elsewhere")
    page = desk_page.open("index")

    desk_page.key("Control+k")
    page.get_by_role("combobox").fill("678-231")
    expect(page.get_by_role("option", name="Ana Diaz")).to_be_visible()
    look(page, "palette-open")
    page.get_by_role("combobox").fill("ana")
    expect(page.get_by_role("option", name="Ana Diaz")).to_be_visible()
    expect(page.get_by_role("option", name="Elsewhere")).to_have_count(0)
    desk_page.key("Enter")

    page.wait_for_url(f"**/leads/{lead.pk}/")
    desk_page.key("Control+k")
    page.locator("#palette-query").fill("sign out")
    desk_page.key("Enter")
    page.wait_for_url(re.compile("logout|login"))


def test_the_palette_leads_to_a_note_on_a_lead_that_only_a_colleague_sees(desk_page):
    workspace = desk_page.workspace
    workspace.own_leads_only = True
    workspace.save()
    maria = make_member(workspace, email="maria@desk.example")
    lead = make_lead(workspace, first_name="Secret", phone="6782319992", assignee=maria.pk)
    page = desk_page.open("index")

    desk_page.key("Control+k")
    page.get_by_role("combobox").fill("678-231-9992")
    expect(page.get_by_role("option", name="It is maria@desk.example’s, New")).to_be_visible()
    expect(page.get_by_text("Secret")).to_have_count(0)
    look(page, "palette-others")
    desk_page.key("Enter")
    expect(page.get_by_label("A note for")).to_be_focused()
    look(page, "palette-note")
    page.keyboard.type("She rang me.")
    desk_page.key("Enter")

    expect(page.get_by_role("status")).to_contain_text("Your note stands on the lead")
    lead.refresh_from_db()
    assert lead.note == "She rang me."


def test_enter_waits_for_the_answer_to_all_that_was_typed(desk_page):
    """What the palette shows as it opens came while one typed, and Enter took the first of that."""
    lead = make_lead(desk_page.workspace, first_name="Ana", last_name="Diaz")
    page = desk_page.open("index")

    desk_page.key("Control+k")
    page.wait_for_function("document.querySelector('#palette[open]')")
    page.evaluate(EARLY_ANSWER)

    page.wait_for_url(f"**/leads/{lead.pk}/")


def test_one_escape_closes_the_palette_and_a_business_that_was_found_is_named(desk_page):
    make_lead(desk_page.workspace, first_name="Ana", last_name="Diaz", business_name="Harbor Kilns")
    page = desk_page.open("leads")

    desk_page.key("Control+k")
    page.get_by_role("combobox").fill("kilns")
    expect(page.get_by_role("option", name="Ana Diaz")).to_contain_text("Harbor Kilns")
    desk_page.key("Escape")

    expect(page.locator("#palette")).to_be_hidden()


def test_menus_open_walk_and_close_by_keys(sign_in):
    desk = sign_in()
    make_member(make_workspace(name="South desk"), email=desk.user.email)
    page = desk.open("index")

    page.locator(".person > summary").focus()
    desk.key("Enter", "ArrowDown")
    look(page, "menu")
    desk.key("Escape")

    expect(page.locator(".person > summary")).to_be_focused()
    page.locator(".workspaces > summary").click()
    page.get_by_role("button", name="South desk").click()
    expect(page).to_have_title(re.compile("South desk"))


def test_the_data_is_reached_from_a_phone_too(sign_in):
    desk = sign_in(role="owner", width=390, height=844)
    page = desk.open("index")

    page.locator(".person > summary").click()
    look(page, "menu-data")
    page.get_by_role("link", name="Data").click()

    page.wait_for_url("**/data/")


def test_colours_are_kept_for_the_person(desk_page):
    page = desk_page.open("leads")

    page.locator(".person > summary").click()
    page.get_by_role("button", name="Dark", exact=True).click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/leads/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 28)"


def test_what_is_not_there_says_so_within_the_frame(desk_page):
    desk_page.expected.append("404")
    page = desk_page.open("leads")

    page.goto("/admin/nothing/here/")

    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    expect(page.get_by_role("navigation", name="Sections")).to_be_visible()
    look(page, "not-found")


def test_a_session_that_ended_leads_to_the_sign_in_page_and_back(desk_page):
    page = desk_page.open("leads")
    desk_page.context.clear_cookies()

    desk_page.key("Control+k")

    page.wait_for_url("**/login/**")
    assert "next=/admin/leads/" in page.url


def sign_in_again(desk):
    page = desk.page
    page.wait_for_url("**/login/**")
    page.get_by_label("Email").fill(desk.user.email)
    page.get_by_label("Password", exact=True).fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/login/" not in address)
    page.wait_for_load_state("domcontentloaded")


@pytest.fixture
def two_due(desk_page):
    return [make_due(desk_page.workspace, desk_page.user, -hours, name=f"Lead {hours}") for hours in (2, 1)]


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(desk_page, two_due):
    page = desk_page.open("lead", two_due[0].pk)
    page.get_by_label("Note", exact=True).fill("They like blue")
    Session.objects.all().delete()
    page.get_by_role("button", name="Add the note").click()
    sign_in_again(desk_page)
    expect(page.get_by_label("Note", exact=True)).to_have_value("They like blue")


def test_what_was_typed_in_focus_mode_when_the_session_ended_is_there_too(desk_page, two_due):
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("f")
    at(page, "h1", "Lead 2")
    desk_page.key("w")
    expect(page.get_by_label("Note", exact=True)).to_be_focused()
    page.keyboard.type("They like green")
    Session.objects.all().delete()
    desk_page.key("Escape", "1")
    sign_in_again(desk_page)
    at(page, "h1", "Lead 2")
    note = page.get_by_label("Note", exact=True)
    expect(note).to_have_value("They like green")
    expect(note).to_be_visible()
    assert not Lead.objects.filter(attempts__gt=0).exists()


def test_what_was_typed_into_a_dialog_of_focus_mode_waits_until_it_is_sent(desk_page, two_due):
    first, second = two_due
    page = desk_page.open("index", query="?part=overdue")
    desk_page.key("f")
    at(page, "h1", "Lead 2")
    page.wait_for_load_state("networkidle")
    desk_page.key("d")
    expect(page.locator("#panel").get_by_label("Note")).to_be_visible()
    page.locator("#panel").get_by_label("Note").fill("They like red")
    desk_page.key("Escape")
    expect(page.locator("body")).to_be_focused()
    desk_page.key("1")
    expect(page.locator("#notices")).to_contain_text("Lead 2: No answer.")
    desk_page.open("work_focus_lead", first.pk)
    expect(page.get_by_label("Note", exact=True).first).to_have_value("")
    desk_page.key("d")
    panel = page.locator("#panel")
    expect(panel.get_by_label("Note")).to_have_value("They like red")
    panel.get_by_label("Connected").check()
    panel.get_by_role("button", name="Done").click()
    expect(page.locator("#notices")).to_contain_text("Done: Lead 2.")
    desk_page.open("work_focus_lead", first.pk)
    desk_page.key("d")
    expect(panel.get_by_label("Note")).to_have_value("")
    assert Action.objects.filter(lead=first, input__note="They like red").count() == 1
    assert Lead.objects.get(pk=second.pk).attempts == 0


def test_a_server_that_is_away_is_told_and_nothing_is_lost(desk_page):
    desk_page.expected += ["ERR_", "Failed to load", "htmx:"]
    page = desk_page.open("index")
    page.route("**/find/**", lambda route: route.abort())

    desk_page.key("Control+k")

    expect(page.get_by_role("status")).to_contain_text("cannot be reached")


def test_what_matters_works_without_scripts(sign_in):
    desk = sign_in(role="owner", java_script_enabled=False)
    lead = make_lead(desk.workspace, first_name="Ana")
    page = desk.open("tag_new")
    page.get_by_label("Name").fill("VIP")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("“VIP” saved.")
    page.locator(".person > summary").click()
    page.get_by_role("button", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("#palette-opens").click()
    page.locator("#query").fill("Ana")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name="Ana").click()
    assert page.url.endswith(f"/leads/{lead.pk}/")


def test_a_form_of_another_workspace_is_refused_where_a_tab_changed_meanwhile(sign_in):
    desk = sign_in(role="owner")
    desk.expected.append("403")
    other = make_workspace(name="South desk")
    make_member(other, "owner", email=desk.user.email)
    first = desk.open("tag_new")
    first.get_by_label("Name").fill("VIP")
    second = desk.context.new_page()
    second.goto("/admin/")
    second.locator(".workspaces > summary").click()
    second.locator(".workspaces .drop button").first.click()
    second.wait_for_load_state()

    first.get_by_role("button", name="Save").click()

    expect(first.get_by_text("which you changed to in another tab")).to_be_visible()
    assert not Tag.objects.filter(name="VIP").exists()


def test_the_list_of_the_tables_is_in_order(owner_page):
    look(owner_page.open("data"), "data")


def test_it_can_be_enlarged_to_twice_its_size(sign_in):
    desk = sign_in(role="owner", width=720, height=450)
    for name in ("index", "leads", "members", "profile"):
        assert_fits(desk.open(name))
