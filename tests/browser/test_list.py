"""The list of leads by hand and by keys: select and change many, save a view, edit in the row."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from leads.change import ById, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change
from leads.changes.catalogue import save_disposition, save_metadata_columns
from leads.changes.views import save_view
from leads.models import Lead, LeadTag, SavedView
from leads.outbox.jobs import JobQueue
from tests.browser.desk import assert_accessible, assert_fits, assert_light, look
from tests.make import SYSTEM, make_lead, make_member, make_user_actor
from tests.outbox.make import Idle

pytestmark = pytest.mark.browser


def work():
    for row in JobQueue().claim("one", 10, []):
        JobQueue().work(row, Idle())


def make_leads(workspace, count=12):
    for number in range(count):
        make_lead(
            workspace,
            first_name=f"Lead {number:02}",
            last_name="Markham",
            business_name="Kiln & Sons" if number % 3 else "",
            email=f"lead{number}@example.org",
            phone=f"67823199{number:02}",
            source="web" if number % 2 else "fair",
            value=str(1000 * number),
            tags=TagChange(names=("VIP", "Spring")[: number % 3]),
            metadata={"utm_campaign": "spring"},
        )


def test_many_and_long_tags_leave_every_column_in_sight(sign_in):
    desk = sign_in(width=1280)
    workspace = desk.workspace
    make_leads(workspace, 8)
    names = [f"Campaign number {number}" for number in range(30)]
    many = make_lead(
        workspace, first_name="Many", email="m@example.org", tags=TagChange(names=(*names, "y" * 64))
    )
    colleague = make_member(workspace, email="somebody.with-a-long-address@desk.example")
    theirs = make_lead(workspace, first_name="Theirs", assignee=colleague.pk, tags=TagChange(names=names[:9]))
    page = desk.open("leads")
    assert (
        page.evaluate(
            "() => { const one = document.querySelector('.wide'); return one.scrollWidth - one.clientWidth }"
        )
        <= 0
    )
    heights = page.eval_on_selector_all("tr[data-row]", "rows => rows.map(row => row.offsetHeight)")
    assert max(heights) <= 100, heights
    look(page, "list-tags")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator(f"#row-{theirs.pk} .c-owner").bounding_box()["height"] <= 60
    page.set_viewport_size({"width": 1280, "height": 900})

    more = page.locator(f"#row-{many.pk} .tag").last
    expect(more).to_contain_text("+30")
    assert "Campaign number 29" not in (more.get_attribute("title") or "")
    assert more.get_attribute("title").endswith("…")
    page.locator(f"#row-{many.pk} [data-edits=tags]").click()
    expect(page.locator("tr.editing [name=tags]")).to_have_value(re.compile("Campaign number 29"))
    page.keyboard.press("Escape")
    page.locator(f"#row-{theirs.pk} .c-tags a").click()
    page.wait_for_url(f"**/leads/{theirs.pk}/#lead-tags")
    expect(page.locator("#lead-tags")).to_contain_text(names[8])


def test_the_list_and_its_sheets_are_accessible_light_and_fit(manager_page):
    workspace = manager_page.workspace
    make_leads(workspace, 50)
    actor = make_user_actor(manager_page.user, "manager")
    save_metadata_columns(workspace, SYSTEM, ["utm_campaign"])
    view = save_view(workspace, actor, {"name": "Fair and VIP", "query": "source=fair&tag=VIP&tag=Gone"})
    page = manager_page.open("leads")
    assert_light(manager_page, page)
    look(page, "list")

    page.get_by_role("link", name="Filter", exact=True).click()
    expect(page.get_by_role("dialog", name="Filter the leads")).to_be_visible()
    look(page, "filters")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Columns").click()
    expect(page.get_by_role("dialog", name="Choose columns")).to_be_visible()
    look(page, "columns")
    page.keyboard.press("Escape")
    page.locator("details.menu:has-text('Views') > summary").click()
    look(page, "views-menu")
    page.get_by_role("link", name="All views").click()
    expect(page.get_by_role("dialog", name="Saved views")).to_be_visible()
    look(page, "views")
    page.keyboard.press("Escape")

    page = manager_page.open("leads", query=f"?view={view.pk}")
    expect(page.get_by_role("alert")).to_contain_text("Gone")
    look(page, "list-warned")
    manager_page.open("leads", query="?search=nobody")
    look(page, "list-no-match")


def test_long_names_and_addresses_do_not_make_the_table_wider_than_the_page(manager_page):
    workspace = manager_page.workspace
    words = {"outcome": "same", "label": "Same person as another lead of ours", "stage": "duplicate"}
    save_disposition(workspace, SYSTEM, words)
    person = {
        "first_name": "Alejandra",
        "last_name": "Irwin",
        "email": "gloria.caldwell@business.example.com",
    }
    lead = make_lead(workspace, **person, phone="+15045550105", source="Comparison site")
    change = LeadChange(
        disposition=DispositionWish(outcome="same"), tags=TagChange(names=("Call after work",))
    )
    apply_change(workspace, SYSTEM, ById(lead.pk), change)
    page = manager_page.open("leads")

    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        hidden = page.evaluate(
            "document.querySelector('.wide').scrollWidth - document.querySelector('.wide').clientWidth"
        )
        assert hidden == 0, (width, hidden)
    look(page, "list-long")


def test_rows_are_selected_and_tagged_by_keys_alone(desk_page):
    make_leads(desk_page.workspace, 5)
    page = desk_page.open("leads")

    desk_page.key("b", "b")
    expect(page.locator("#notices .notice")).to_contain_text("Nothing is selected yet.")
    look(page, "list-unpicked")
    page.get_by_role("button", name="Close this message").click()
    expect(page.locator("#notices .notice")).to_have_count(0)
    desk_page.key("j", "x", "j", "j", "X", "b")
    expect(page.locator("#picked")).to_have_text("3 selected")
    look(page, "list-selected")
    desk_page.key("Tab", "Enter")
    expect(page.get_by_role("dialog", name="Add tags")).to_be_visible()
    look(page, "bulk-confirm")
    page.keyboard.type("Hot")
    desk_page.key("Enter")
    expect(page.get_by_role("heading", name="Add tags: Hot")).to_be_visible()
    assert_accessible(page)
    work()

    expect(page.get_by_role("heading", name="Finished")).to_be_visible(timeout=5000)
    expect(page.locator("#progress")).to_contain_text("3 of 3 leads")
    look(page, "bulk-done")
    assert LeadTag.objects.filter(tag__name="Hot").count() == 3
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="Take back: Add tags: Hot")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Finished")).to_be_visible(timeout=5000)
    assert not LeadTag.objects.filter(tag__name="Hot").exists()


def test_shift_click_selects_what_lies_between_and_all_that_match_are_offered(desk_page):
    make_leads(desk_page.workspace, 5)
    page = desk_page.open("leads")
    boxes = page.locator("tbody input[name=lead]")

    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("#picked")).to_have_text("4 selected")
    expect(page.get_by_label("All 5 that match")).to_be_hidden()
    page.get_by_label("Select all on this page").click()
    page.get_by_label("All 5 that match").check()
    expect(page.locator("#picked")).to_have_text("All 5 selected")
    look(page, "list-all-selected")
    page.get_by_role("button", name="Archive").click()
    page.get_by_label("Why they are archived").fill("old")
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    page.wait_for_url("**/leads/bulk/*/")
    work()
    expect(page.get_by_role("heading", name="Finished")).to_be_visible(timeout=5000)
    assert Lead.objects.filter(archived_at=None).count() == 0


def test_a_view_is_saved_pinned_and_opened_from_the_navigation(desk_page):
    make_leads(desk_page.workspace, 6)
    page = desk_page.open("leads")

    desk_page.key("f")
    page.get_by_label("Source").fill("fair")
    page.get_by_role("button", name="Show these leads").click()
    expect(page.get_by_text("Source: fair", exact=True)).to_be_visible()
    assert "stage=" not in page.url
    desk_page.key("v")
    page.get_by_role("link", name="Save this as a view").click()
    page.get_by_label("Name of the view").fill("From the fair")
    page.get_by_label("Pin it to my navigation").check()
    page.get_by_role("button", name="Save the view").click()

    expect(page.get_by_role("heading", name="From the fair")).to_be_visible()
    pinned = page.get_by_role("navigation", name="Sections").get_by_role(
        "link", name=re.compile("From the fair")
    )
    expect(pinned).to_contain_text("3")
    look(page, "list-pinned")
    assert SavedView.objects.get().query == "order=-created_at&source=fair"
    desk_page.open("index")
    pinned.click()
    expect(page.get_by_role("heading", name="From the fair")).to_be_visible()
    page.get_by_role("link", name="Without Source: fair").click()
    expect(page.locator("tbody tr")).to_have_count(6)


def test_a_conflict_in_a_row_is_asked_about_and_other_fields_merge(sign_in):
    ann, ben = sign_in(), sign_in(role="manager")
    workspace = ann.workspace
    maria, lead = make_member(workspace, email="maria@desk.example"), make_lead(workspace, first_name="Ana")
    ann.expected.append("409")
    page = ann.open("leads")
    page.locator("[data-main]").focus()
    ann.key("e")
    expect(page.get_by_label("Stage", exact=True)).to_be_focused()
    look(page, "row-editing")

    other = ben.open("leads")
    other.locator("[data-edits=owner]").click()
    other.get_by_label("Owner").select_option(str(maria.pk))
    other.get_by_label("Tags").fill("Theirs")
    other.get_by_role("button", name="Save").click()
    # The form names everybody; only once it is gone does the row tell whose the lead is.
    expect(other.get_by_role("button", name="Save")).to_have_count(0)
    expect(other.locator(f"#row-{lead.pk}")).to_contain_text("maria@desk.example")
    # Hers now; a manager hands it over, so that she may go on editing.
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(fields={"assignee": ann.user.pk}))

    page.get_by_label("Owner").select_option(str(maria.pk))
    page.get_by_label("Tags").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("changed “Owner”")
    look(page, "row-conflict")
    page.get_by_label("Take theirs").check()
    page.get_by_role("button", name="Save").click()

    row = page.locator(f"#row-{lead.pk}")
    expect(row).to_contain_text("Mine")
    expect(row.locator("[data-main]")).to_be_focused()
    lead.refresh_from_db()
    assert lead.assignee_id == ann.user.pk
    assert set(LeadTag.objects.values_list("tag__name", flat=True)) == {"Mine", "Theirs"}


def test_a_row_is_changed_on_a_phone_in_fields_that_can_be_read(sign_in):
    desk = sign_in(width=390, height=844)
    make_lead(desk.workspace, first_name="Ana")
    page = desk.open("leads")
    page.locator("[data-edits=owner]").click()

    for label in ("Owner", "Stage", "Reason of the stage", "Tags, separated by commas"):
        box = page.get_by_label(label, exact=True).bounding_box()
        assert box["width"] > 150, (label, box)
    assert_fits(page)


def test_where_agents_keep_to_their_own_a_search_says_whose_it_is(desk_page):
    workspace = desk_page.workspace
    workspace.own_leads_only = True
    workspace.save()
    maria = make_member(workspace, email="maria@desk.example")
    lead = make_lead(workspace, first_name="Secret", phone="6782319992", assignee=maria.pk)
    page = desk_page.open("leads", query="?search=678-231-9992")

    expect(page.get_by_text("A lead that matches exists")).to_contain_text("maria@desk.example")
    expect(page.get_by_text("Secret")).to_have_count(0)
    look(page, "list-others")
    page.get_by_label("A note for").fill("She rang me.")
    page.get_by_role("button", name="Leave the note").click()
    expect(page.get_by_role("status")).to_contain_text("Your note stands on the lead")
    lead.refresh_from_db()
    assert lead.note == "She rang me."
    look(page, "list-no-access")
