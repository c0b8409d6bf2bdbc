"""The checklist builder by keyboard alone, and documents: on the lead's page and behind a request link."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from checklists.files import demo_checklist
from checklists.models import Item
from leads.changes.definitions import apply_definitions
from leads.models import Answer, Document
from tests.browser.desk import assert_light, look
from tests.make import SYSTEM, make_lead

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.7\n" + b"page " * 100


@pytest.fixture(autouse=True)
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"


def walk_to(page, locator, most=60):
    """By Tab alone, as somebody without a mouse."""
    for _step in range(most):
        if locator.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} cannot be reached by Tab.")


def test_a_checklist_is_built_by_keyboard(owner_page):
    page = owner_page.open("checklist")
    look(page, "builder-empty")

    walk_to(page, page.get_by_role("main").get_by_role("link", name="New group").last)
    page.keyboard.press("Enter")
    walk_to(page, page.get_by_label("Name"))
    page.keyboard.type("Business")
    page.keyboard.press("Enter")
    for label, kind in (("Entity type", "Choice"), ("Tax ID", "EIN")):
        walk_to(page, page.get_by_role("link", name="New item in Business"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Type of the answer")).to_be_focused()
        page.keyboard.type(kind)
        walk_to(page, page.get_by_role("button", name="Go on"))
        page.keyboard.press("Enter")
        walk_to(page, page.get_by_label("What is asked"))
        page.keyboard.type(label)
        if kind == "Choice":
            walk_to(page, page.get_by_label("Options"))
            page.keyboard.type("LLC\nSole proprietor")
            walk_to(page, page.get_by_role("button", name="Keep in the draft"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=label, exact=True)).to_be_visible()
    walk_to(page, page.get_by_role("button", name="Move Tax ID up"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move Tax ID down")).to_be_focused()
    look(page, "builder-draft")
    walk_to(page, page.get_by_role("link", name="Review and publish"))
    page.keyboard.press("Enter")
    look(page, "builder-review")
    walk_to(page, page.get_by_role("button", name="Publish"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("Published.")).to_be_visible()
    assert list(Item.objects.order_by("order").values_list("code", flat=True)) == ["tax_id", "entity_type"]


def test_the_pages_of_a_full_checklist_are_accessible_and_fit(owner_page):
    apply_definitions(owner_page.workspace, SYSTEM, demo_checklist())
    item = Item.objects.filter(field_type="SELECT").first()
    page = owner_page.open("checklist")
    assert_light(owner_page, page)
    look(page, "builder-full")
    for name, args in (("checklist_item", (item.pk,)), ("checklist_preview", ()), ("checklist_item_new", ())):
        look(owner_page.open(name, *args), name)
    owner_page.expected.append("422")
    page = owner_page.open("checklist_item", item.pk)
    page.get_by_label("What is asked").fill("")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.get_by_text("This is needed; fill it in.")).to_be_visible()
    look(page, "builder-refused")


def bring(browser, address, paper):
    """What the lead does with the link, on a phone without scripts."""
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, color_scheme="light"
    )
    answered = []
    phone.on("response", lambda answer: answered.append(answer.status))
    theirs = phone.new_page()
    theirs.goto(address)
    expect(theirs.get_by_text("Both sides, please.")).to_be_visible()
    theirs.get_by_label("Choose files").set_input_files(paper)
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_text("Thank you. 1 file has arrived.")).to_be_visible()
    assert max(answered) < 400
    phone.close()


def test_a_document_is_uploaded_asked_for_and_brought_by_the_lead(manager_page, browser, tmp_path):
    workspace = manager_page.workspace
    apply_definitions(workspace, SYSTEM, demo_checklist())
    item = Item.objects.filter(field_type="ID").first() or Item.objects.filter(field_type="FILE").first()
    lead = make_lead(workspace, first_name="Ana", email="ana@example.org")
    paper = tmp_path / "march.pdf"
    paper.write_bytes(PDF)
    page = manager_page.open("lead", lead.pk)
    section = page.locator("#documents")
    section.get_by_label(f"Files for “{item.label}”").set_input_files(paper)
    section.get_by_role("button", name=f"Upload {item.label}").click()
    expect(page.get_by_text("1 document is here.")).to_be_visible()
    with page.expect_download() as download:
        section.get_by_role("link", name="march.pdf", exact=True).click()
    assert download.value.path().read_bytes() == PDF
    section.get_by_text(f"Ask the lead for it {item.label}").click()
    section.get_by_label("A word to the lead").locator("visible=true").fill("Both sides, please.")
    section.get_by_role("button", name=f"Make a link {item.label}").click()
    look(page, "request-link")
    address = page.get_by_role("textbox", name="Link").input_value()

    bring(browser, address, paper)
    assert Document.objects.count() == 2
    assert Answer.objects.get(lead=lead).status == "NEEDS_REVIEW"

    seen = manager_page.context.new_page()
    seen.goto(address)
    look(seen, "upload-page")
    seen.goto(address[:-3] + "xyz")
    look(seen, "upload-closed")
    manager_page.expected.append("404")
