"""The page of a lead in a browser: answered by keys, edited by two, merged and un-merged, approved once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from leads.change import (
    Actor,
    ActorKind,
    ById,
    CallLog,
    ConsentWish,
    ContactPointChange,
    LeadChange,
    TagChange,
)
from leads.changes import apply_change
from leads.changes.messages import add_draft
from leads.models import Action, Entry, Lead
from tests.admin.test_work import make_due
from tests.browser.desk import assert_accessible, assert_light, look
from tests.make import SYSTEM, ask_for, make_lead, make_member, make_user_actor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MACHINE = Actor(ActorKind.KEY, "Website assistant", "pollybot")


def make_items(workspace):
    entity = {"operator": "AND", "rules": [{"code": "entity", "op": "equals", "value": "LLC"}]}
    rows = (
        ("legal_name", "Legal name", "TEXT", {}, None),
        ("entity", "Entity type", "SELECT", {"options": ["LLC", "Sole proprietor"]}, None),
        ("ein", "EIN", "EIN", {}, entity),
        ("loans", "Open loans", "BOOLEAN", {}, None),
        ("office", "Office", "ADDRESS", {}, None),
        ("bank", "Bank statement", "BANK_STATEMENT", {}, None),
    )
    for order, (code, label, kind, rules, conditions) in enumerate(rows):
        words = {"label": label, "rules": rules, "conditions": conditions, "order": order}
        ask_for(workspace, code, kind, **words)


def make_rich(workspace, owner):
    make_items(workspace)
    lead = make_lead(
        workspace,
        name="Amelia Hart",
        business_name="Hart & Sons",
        email="amelia@hart.example",
        phone="+14045550137",
        source="Google Ads",
        assignee=owner.pk,
        metadata={"budget": 50000, "utm": {"source": "google"}},
        address={"line1": "12 Pine St", "city": "Atlanta"},
        tags=TagChange(names=("VIP",)),
        contact_points=(ContactPointChange("phone", "+14045550199", "work"),),
        consent=(ConsentWish("sms", opted_in=False),),
    )
    actor = make_user_actor(owner)
    apply_change(workspace, actor, ById(lead.pk), LeadChange(call=CallLog("no_answer", "Rang out.")))
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"first_name": "Amelie"}))
    make_lead(workspace, name="A. Hart", email="amelia@hart.example", business_name="Hart Roofing")
    return lead


def test_a_checklist_is_answered_by_keys_alone(desk_page):
    make_items(desk_page.workspace)
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee_type="HUMAN_AGENT")
    page = desk_page.open("lead", lead.pk)
    assert_light(desk_page, page)

    expect(page.locator("#item-ein")).to_contain_text("because “Entity type” is not answered")
    desk_page.key("u")
    expect(page.get_by_role("textbox", name="Legal name")).to_be_focused()
    page.keyboard.type("Hart LLC")
    page.keyboard.press("Enter")
    expect(page.locator("#item-legal_name .ok")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.locator("#item-ein-i")).to_be_visible()
    expect(page.locator("#checklist-progress")).to_contain_text("2 of 6")
    desk_page.expected.append("422")
    page.locator("#item-ein-i").fill("12")
    page.locator("#item-ein-i").press("Tab")
    expect(page.locator("#item-ein .problem")).to_be_visible()
    expect(page.locator("#item-ein-i")).to_have_value("12")
    expect(page.locator("#story-lines")).to_contain_text("Hart LLC")

    page.evaluate("scrollTo(0, 0)")
    assert_accessible(page)


def test_what_arrow_keys_pass_and_half_an_address_are_not_saved(desk_page):
    make_items(desk_page.workspace)
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee_type="HUMAN_AGENT")
    page = desk_page.open("lead", lead.pk)

    page.locator("#item-entity-i").focus()
    desk_page.key("ArrowDown", "ArrowDown", "Tab")
    expect(page.locator("#item-entity .ok")).to_be_visible()
    expect(page.locator("#item-entity-i")).to_have_value("Sole proprietor")
    page.locator("#item-loans-u").focus()
    desk_page.key("ArrowLeft")
    expect(page.locator("#item-loans .ok")).to_be_visible()
    page.get_by_label("Street").fill("12 Pine St")
    page.get_by_label("Street").press("Enter")
    page.keyboard.type("Atlanta")
    desk_page.key("Tab", "Tab", "Tab", "Tab")
    expect(page.locator("#item-office .ok")).to_be_visible()

    values = {answer.item.code: answer.value for answer in lead.answers.select_related("item")}
    assert (values["entity"], values["loans"], values["office"]["city"]) == (
        "Sole proprietor",
        False,
        "Atlanta",
    )
    answers = [entry.changes for entry in Entry.objects.filter(lead=lead, kind="answered")]
    assert len(answers) == 3, answers


def test_two_who_change_one_field_are_asked_and_two_fields_are_merged(desk_page, sign_in):
    lead = make_lead(
        desk_page.workspace, name="Amelia Hart", business_name="Hart", assignee_type="HUMAN_AGENT"
    )
    maria = make_member(desk_page.workspace)
    maria.full_name = "Maria Santos"
    maria.save()
    other = sign_in(maria)
    mine, theirs = desk_page.open("lead", lead.pk), other.open("lead", lead.pk)
    for page in (mine, theirs):
        page.get_by_role("link", name="Edit Names").click()
    theirs.get_by_role("textbox", name="Business name").fill("Hart & Sons")
    theirs.get_by_role("textbox", name="Last name").fill("Hart-Sons")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator("dialog[open]")).to_have_count(0)
    desk_page.expected.append("409")

    mine.get_by_role("textbox", name="First name").fill("Amelie")
    mine.get_by_role("textbox", name="Business name").fill("Hart Roofing")
    mine.get_by_role("button", name="Save").click()

    expect(mine.locator("dialog .clash")).to_have_count(1)
    expect(mine.locator("dialog[open]")).to_contain_text("Maria Santos changed this")
    expect(mine.locator("dialog[open]")).to_contain_text("Hart & Sons")
    expect(mine.get_by_label("Keep mine:")).to_be_focused()
    outer = mine.locator("dialog .clash").bounding_box()
    for choice in mine.locator("dialog .clash label").all():
        inner = choice.bounding_box()
        assert outer["x"] <= inner["x"] and inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        expect(choice.locator("input")).not_to_be_checked()
    look(mine, "lead-conflict")
    mine.get_by_label("Take theirs:").check()
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator("dialog[open]")).to_have_count(0)
    expect(mine.locator("h1")).to_have_text("Amelie Hart-Sons")
    lead.refresh_from_db()
    assert (lead.first_name, lead.last_name, lead.business_name) == ("Amelie", "Hart-Sons", "Hart & Sons")


def test_yes_and_no_stand_within_their_item(desk_page):
    ask_for(desk_page.workspace, "has_open_loans", "BOOLEAN")
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee_type="HUMAN_AGENT")
    page = desk_page.open("lead", lead.pk)
    for width in (1440, 1200, 390):
        page.set_viewport_size({"width": width, "height": 900})
        too_wide = """() => [...document.querySelectorAll(".pick")].filter((one) =>
            one.getBoundingClientRect().right > 1 + one.closest(".item").getBoundingClientRect().right
        ).length"""
        assert page.locator(".pick").count() == 1
        assert page.evaluate(too_wide) == 0, width


def test_two_who_answer_one_item_are_asked(desk_page, sign_in):
    make_items(desk_page.workspace)
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee_type="HUMAN_AGENT")
    mine, theirs = desk_page.open("lead", lead.pk), sign_in(role="agent").open("lead", lead.pk)
    theirs.get_by_role("textbox", name="Legal name").fill("Theirs Inc")
    theirs.get_by_role("textbox", name="Legal name").press("Tab")
    expect(theirs.locator("#item-legal_name .ok")).to_be_visible()
    desk_page.expected.append("409")

    mine.get_by_role("combobox", name="Entity type").select_option("LLC")
    expect(mine.locator("#item-ein-i")).to_be_visible()
    mine.get_by_role("textbox", name="Legal name").fill("Mine Inc")
    mine.get_by_role("textbox", name="Legal name").press("Tab")
    expect(mine.locator("#item-legal_name .clash")).to_contain_text("Theirs Inc")
    # It is gone once it is chosen, so nobody can look whether it is checked.
    mine.get_by_label("Keep mine:").click()

    expect(mine.locator("#item-legal_name .clash")).to_have_count(0)
    expect(mine.get_by_role("textbox", name="Legal name")).to_have_value("Mine Inc")


def test_a_merge_is_looked_at_made_and_taken_back(desk_page):
    lead = make_rich(desk_page.workspace, desk_page.user)
    page = desk_page.open("lead", lead.pk)
    page.get_by_role("link", name="Compare and merge").click()
    look(page, "lead-merge")
    page.get_by_label("Hart Roofing").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status").filter(has_text="Nothing has been written")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Merge", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="Merge", exact=True).click()

    expect(page.locator("#notices")).to_contain_text("was merged into")
    assert Lead.objects.get(pk=lead.pk).business_name == "Hart Roofing"
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.locator("#notices")).to_contain_text("Taken back")
    lead.refresh_from_db()
    assert lead.business_name == "Hart & Sons"
    assert not Lead.objects.filter(merged_into__isnull=False).exists()


def test_values_say_where_they_come_from_and_the_focus_comes_back(desk_page):
    lead = make_rich(desk_page.workspace, desk_page.user)
    page = desk_page.open("lead", lead.pk)
    for name in ("VIP", "Consent: text messages", "Status", "+14045550199"):
        page.get_by_label(f"Where “{name}” comes from").click()
        dialog = page.locator("#sheet dialog[open]")
        expect(dialog).to_contain_text("the tests (system, command line)")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.get_by_label(f"Where “{name}” comes from")).to_be_focused()
    page.reload()
    desk_page.key("d")
    expect(page.locator("#sheet dialog[open]")).to_be_visible()
    desk_page.key("Escape")
    expect(page.locator("#lead-head a.stage")).to_be_focused()
    page.get_by_label("Where “VIP” comes from").press("Enter")
    page.locator("#sheet dialog[open]").get_by_role("link", name="Lead created").click()
    expect(page.get_by_role("heading", name="Lead created")).to_be_visible()


def test_an_undo_says_first_what_stays(desk_page):
    lead = make_rich(desk_page.workspace, desk_page.user)
    change = LeadChange(fields={"first_name": "Emily", "source": "Fair"})
    apply_change(desk_page.workspace, SYSTEM, ById(lead.pk), change)
    apply_change(desk_page.workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"first_name": "Emma"}))
    page = desk_page.open("lead", lead.pk)

    page.get_by_role("link", name="Undo…").nth(1).click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("This was changed since; the later value stays.")
    expect(dialog).to_contain_text("Google Ads")
    dialog.get_by_role("button", name="Take it back").click()

    expect(page.locator("#notices")).to_contain_text("1 of it stays")
    lead.refresh_from_db()
    assert (lead.first_name, lead.source) == ("Emma", "Google Ads")


def draft_for(lead):
    words = {"channel": "EMAIL", "subject": "Hello", "body": "Dear {{ first_name }}"}
    return add_draft(lead.workspace, MACHINE, ById(lead.pk), **words)


def test_a_draft_is_approved_by_one_of_two(desk_page, sign_in):
    lead = make_rich(desk_page.workspace, desk_page.user)
    draft_for(lead)
    manager = sign_in(role="manager")
    mine, theirs = desk_page.open("lead", lead.pk), manager.open("lead", lead.pk)
    manager.expected.append("422")
    mine.locator("#lead-drafts textarea[name=body]").fill("Dear Amelie,\nhow are you?")
    mine.get_by_role("button", name="Approve and send").click()
    expect(mine.locator("#notices")).to_contain_text("Approved")

    theirs.locator("#lead-drafts textarea[name=body]").fill("Other words")
    theirs.get_by_role("button", name="Approve and send").click()
    expect(theirs.locator("#lead-drafts")).to_contain_text(f"{desk_page.user} approved this already")
    expect(theirs.locator("#story-lines")).to_contain_text("Message approved")
    action = Action.objects.get(kind="MESSAGE")
    assert (action.status, action.messages.get().body) == ("PENDING", "Dear Amelie,\nhow are you?")


def test_a_key_brings_the_draft_into_sight_and_sends_it_only_when_pressed_again(desk_page):
    lead = make_lead(
        desk_page.workspace, name="Amelia", email="amelia@hart.example", assignee=desk_page.user.pk
    )
    words = {"channel": "EMAIL", "subject": "Hello", "body": "Dear {{ first_name }}"}
    for _twice in range(2):
        add_draft(desk_page.workspace, MACHINE, ById(lead.pk), **words)
    page = desk_page.open("lead", lead.pk)
    desk_page.key("y")
    button = page.get_by_role("button", name="Approve and send").first
    expect(button).to_be_focused()
    expect(button).to_be_in_viewport()
    assert Action.objects.filter(status="AWAITING_APPROVAL").count() == 2
    desk_page.key("y")
    expect(page.locator("#notices")).to_contain_text("Approved")
    assert Action.objects.filter(status="AWAITING_APPROVAL").count() == 1
    desk_page.key("z")
    expect(page.locator("#notices")).to_contain_text("Taken back: Message approved.")
    expect(page.get_by_role("button", name="Approve and send")).to_have_count(2)

    desk_page.key("a")
    page.wait_for_url("**/leads/new/")
    assert Action.objects.filter(status="AWAITING_APPROVAL").count() == 2


def test_keys_open_a_form_with_the_focus_in_it_and_undo_what_was_just_done(desk_page):
    make_items(desk_page.workspace)
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee=desk_page.user.pk)
    page = desk_page.open("lead", lead.pk)
    desk_page.key("f")
    expect(page.get_by_label("What", exact=True)).to_be_focused()
    desk_page.key("Escape", "l")
    expect(page.locator("#sheet dialog[open]")).to_be_visible()
    desk_page.key("4")
    expect(page.locator("#notices")).to_contain_text("Call logged: Connected.")
    desk_page.key("z")

    expect(page.locator("#notices")).to_contain_text("Taken back: Call logged.")
    assert Lead.objects.get(pk=lead.pk).attempts == 0


SHEETS = "status owner consent switch archive metadata contacts_add call write add_item why told".split()


def test_the_page_and_every_dialog_are_in_order(owner_page):
    lead = make_rich(owner_page.workspace, owner_page.user)
    draft_for(lead)
    page = owner_page.open("lead", lead.pk)
    assert_light(owner_page, page)
    for more in page.locator("details").all():
        more.evaluate("details => (details.open = true)")
    look(page, "lead")
    entry = page.locator("#story-lines .by a").first.get_attribute("href")
    addresses = [reverse(f"admin:lead_{name}", args=[lead.pk]) for name in SHEETS]
    addresses += [
        reverse("admin:lead_edit", args=[lead.pk, slug]) for slug in ("names", "address", "profile")
    ]
    addresses += [reverse("admin:lead_item", args=[lead.pk, "legal_name"]), entry]
    addresses += [reverse("admin:lead_erase", args=[lead.pk])]
    for address in addresses:
        page.evaluate("address => htmx.ajax('GET', address, '#sheet')", address)
        expect(page.locator("#sheet dialog[open]")).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)
        page.keyboard.press("Escape")
        expect(page.locator("#sheet dialog")).to_have_count(0)


def test_an_agreed_callback_asks_for_its_time_before_it_is_logged(desk_page):
    lead = make_due(desk_page.workspace, desk_page.user, -1, name="Amelia Hart")
    page = desk_page.open("lead", lead.pk)
    desk_page.key("l")
    expect(page.locator("#sheet dialog[open]")).to_be_visible()
    desk_page.key("6")
    field = page.locator("#sheet").get_by_label("Day and time")
    expect(field).to_be_focused()
    look(page, "lead-callback")
    field.fill("2031-05-05T09:00")
    field.press("Enter")

    expect(page.locator("#notices")).to_contain_text("Call logged: Callback agreed.")
    expect(page.locator("#lead-next")).to_contain_text("Call again")
    assert Action.objects.get(lead=lead, status="PENDING").scheduled_at.year == 2031
    assert Lead.objects.get(pk=lead.pk).attempts == 1


def test_a_sheet_opened_by_its_address_is_a_page(desk_page):
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee_type="HUMAN_AGENT")
    page = desk_page.open("lead_status", lead.pk)
    page.get_by_role("radio", name="Lost").check()
    page.get_by_role("button", name="Set the status").click()
    expect(page.locator("#notices")).to_contain_text("Status changed to Lost.")
    page.locator("#notices").get_by_role("button", name="Undo").click()
    expect(page.locator("#lead-head .stage")).to_contain_text("New")
    desk_page.open("lead_timeline", lead.pk).get_by_role("link", name="Undo…").first.click()
    expect(page.get_by_role("heading", name="Change undone")).to_be_visible()
    assert_accessible(page)


def test_a_phone_shows_one_part_at_a_time(sign_in):
    phone = sign_in(role="agent", width=390, height=844)
    lead = make_rich(phone.workspace, phone.user)
    page = phone.open("lead", lead.pk)

    expect(page.locator("#lead-checklist")).to_be_visible()
    expect(page.locator("#lead-story")).to_be_hidden()
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page.locator("#lead-story")).to_be_visible()
    page.get_by_label("Note").fill("rang out")
    page.get_by_label("Note").press("Control+Enter")
    expect(page.locator("#story-lines")).to_contain_text("rang out")
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.locator("#lead-facts")).to_be_visible()


@pytest.mark.parametrize("role", ["agent", "owner"])
def test_two_who_take_a_lead_by_its_page_are_told_who_was_first(sign_in, workspace, role):
    make_items(workspace)
    lead = make_lead(workspace, name="Amelia Hart", phone="+14045550137", assignee_type="HUMAN_AGENT")
    first, second = sign_in(), sign_in(role=role)
    second.expected.append("409")
    for desk in (first, second):
        desk.open("lead", lead.pk)
    page = second.page
    page.get_by_label("Note", exact=True).fill("Rang back twice")
    page.get_by_label("Note", exact=True).blur()

    first.key("c")
    expect(first.page.locator("#notices")).to_contain_text("The lead is yours.")
    second.key("c")

    expect(page.locator("#lead-head [role=alert]")).to_contain_text(f"{first.user} is on this lead already")
    expect(page.locator("h1")).to_have_text("Amelia Hart")
    expect(page.locator("#lead-head .owner, #lead-head .badge").first).to_contain_text(str(first.user))
    expect(page.get_by_label("Note", exact=True)).to_have_value("Rang back twice")
    is_open = expect(page.get_by_role("textbox", name="Legal name"))
    is_open.to_be_enabled() if role == "owner" else is_open.to_have_count(0)
    look(page, f"lead-second-{role}")
    assert Lead.objects.get().assignee_id == first.user.pk
