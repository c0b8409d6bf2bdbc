"""Documents on the page of a lead in a browser: checked before they leave, on their way, stopped, dropped."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from leads.change import ById
from leads.changes.upload_links import make_upload_link
from leads.models import Document
from tests.browser.desk import look
from tests.browser.test_lead import make_items
from tests.make import SYSTEM, make_lead

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PDF = b"%PDF-1.7\n" + b"page " * 200_000


@pytest.fixture(autouse=True)
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def page(desk_page):
    make_items(desk_page.workspace)
    lead = make_lead(desk_page.workspace, name="Amelia Hart", assignee=desk_page.user.pk)
    return desk_page.open("lead", lead.pk)


def file(name="march.pdf", kind="application/pdf", content=PDF):
    return {"name": name, "mimeType": kind, "buffer": content}


def paper(page):
    return page.get_by_role("article", name="Bank statement")


def test_an_upload_shows_how_far_it_is_and_leaves_the_rest_of_the_page_alone(desk_page, page):
    page.evaluate(
        """() => { window.parts = []; document.addEventListener("htmx:xhr:progress", (event) =>
        event.target.matches(".upload") &&
        window.parts.push(event.target.querySelector("progress").value)) }"""
    )
    page.get_by_role("textbox", name="Legal name").type("half a na")
    paper(page).locator("input[type=file]").set_input_files(
        [file(), file("april.pdf", content=b"\x89PNG\r\n\x1a\n")]
    )
    paper(page).get_by_role("button", name="Upload").click()

    expect(page.locator("#notices")).to_contain_text("2 documents are here.")
    assert max(page.evaluate("window.parts")) == 1
    expect(paper(page)).to_contain_text("march.pdf")
    expect(paper(page)).to_contain_text("Needs review")
    expect(paper(page)).to_contain_text("its name ends in .pdf")
    expect(page.locator("#item-bank")).to_contain_text("march.pdf")
    expect(page.locator("#documents-count")).to_have_text("2")
    expect(page.locator("#story-lines")).to_contain_text("Documents uploaded")
    expect(page.get_by_role("textbox", name="Legal name")).to_have_value("half a na")
    look(page, "lead-documents")
    page.locator("#item-bank").get_by_role("button", name="Accept").click()
    expect(paper(page)).to_contain_text("Completed")


def test_what_cannot_be_taken_is_said_before_a_byte_leaves(desk_page, page, tmp_path):
    large = tmp_path / "large.pdf"
    with large.open("wb") as sparse:
        sparse.truncate(101 * 1024 * 1024)
    field, told = paper(page).locator("input[type=file]"), paper(page).locator(".told")
    for chosen, words in (
        (large, "“large.pdf” is larger than 100"),
        (file("film.mp4", "video/mp4"), "“film.mp4” cannot be taken."),
        (file("empty.pdf", content=b""), "“empty.pdf” is empty."),
        ([file(f"{number}.pdf") for number in range(11)], "Choose at most 10 files at once."),
    ):
        field.set_input_files(chosen)
        expect(told).to_contain_text(words)
        desk_page.requests.clear()
        paper(page).get_by_role("button", name="Upload").click()
        expect(told).to_contain_text(words)
        assert not [address for address in desk_page.requests if address.endswith("/documents/")]
    look(page, "lead-documents-refused")

    desk_page.expected.append("422")
    field.set_input_files([file("notes.bin", "", b"\x00\x01\x02")])
    expect(told).to_be_empty()
    paper(page).get_by_role("button", name="Upload").click()
    expect(told).to_contain_text("notes.bin: Files of this kind are not taken here")
    assert field.evaluate("field => field.files.length") == 1
    assert not Document.objects.exists()


def test_an_upload_can_be_stopped(desk_page, page):
    page.route("**/documents/", lambda route: None)
    paper(page).locator("input[type=file]").set_input_files(file())
    paper(page).get_by_role("button", name="Upload").click()
    expect(paper(page).get_by_role("progressbar")).to_be_visible()
    look(page, "lead-documents-sending")

    # The library logs it as an error.
    desk_page.expected += ["htmx:sendAbort", "htmx:afterRequest"]
    paper(page).get_by_role("button", name="Stop").click()

    expect(paper(page).get_by_role("progressbar")).to_be_hidden()
    expect(paper(page).get_by_role("button", name="Upload")).to_be_enabled()
    page.unroute("**/documents/")
    paper(page).get_by_role("button", name="Upload").click()
    expect(page.locator("#notices")).to_contain_text("1 document is here.")


def test_a_file_is_dropped_onto_its_item_and_never_opened_instead_of_the_page(desk_page, page):
    drop = """(place) => { const data = new DataTransfer();
        data.items.add(new File(["%PDF-1.7 page"], "dropped.pdf", { type: "application/pdf" }));
        const event = { bubbles: true, cancelable: true, dataTransfer: data };
        for (const kind of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(kind, event)); }"""
    page.locator("h1").evaluate(drop)
    paper(page).evaluate(drop)

    expect(paper(page).get_by_role("button", name="Upload")).to_be_focused()
    page.keyboard.press("Enter")
    expect(paper(page)).to_contain_text("dropped.pdf")
    assert Document.objects.get().item.code == "bank"


def test_what_is_taken_away_leaves_the_rest_of_the_page_alone(desk_page, page):
    paper(page).locator("input[type=file]").set_input_files([file(), file("april.pdf")])
    paper(page).get_by_role("button", name="Upload").click()
    expect(page.locator("#documents-count")).to_have_text("2")
    page.get_by_role("textbox", name="Legal name").type("half a na")
    page.evaluate("window.isTheSame = true")

    paper(page).get_by_role("button", name="Remove march.pdf").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(page.locator("#notices")).to_contain_text("“march.pdf” is removed.")
    expect(paper(page)).not_to_contain_text("march.pdf")
    expect(paper(page)).to_contain_text("april.pdf")
    expect(page.locator("#item-bank")).not_to_contain_text("march.pdf")
    expect(page.locator("#documents-count")).to_have_text("1")
    expect(page.locator("#story-lines")).to_contain_text("Document removed")
    expect(paper(page).get_by_role("heading")).to_be_focused()

    make_upload_link(desk_page.workspace, SYSTEM, ById(Document.objects.first().lead_id), item="bank")
    expect(page.get_by_role("textbox", name="Legal name")).to_have_value("half a na")
    assert page.evaluate("window.isTheSame")
    page.reload()
    page.evaluate("window.isTheSame = true")
    paper(page).get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.locator("#notices")).to_contain_text("The request is withdrawn")
    expect(paper(page).get_by_role("button", name="Withdraw")).to_have_count(0)
    expect(page.locator("#story-lines")).to_contain_text("Document request withdrawn")
    assert page.evaluate("window.isTheSame")
    look(page, "lead-documents-taken-away")


def test_the_heading_is_in_focus_though_another_answer_comes_before_the_page_has_settled(desk_page, page):
    paper(page).locator("input[type=file]").set_input_files(file())
    paper(page).get_by_role("button", name="Upload").click()
    expect(paper(page)).to_contain_text("march.pdf")
    # The timeline is asked for by the same change, and answers long before that.
    page.evaluate("htmx.config.defaultSettleDelay = 2000")

    paper(page).get_by_role("button", name="Remove march.pdf").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()

    expect(page.locator("#story-lines")).to_contain_text("Document removed")
    expect(paper(page).get_by_role("heading")).to_be_focused()


def test_an_upload_needs_no_script(sign_in):
    desk = sign_in(role="agent", java_script_enabled=False)
    make_items(desk.workspace)
    page = desk.open("lead", make_lead(desk.workspace, name="Amelia Hart", assignee=desk.user.pk).pk)
    paper(page).locator("input[type=file]").set_input_files(file())
    paper(page).get_by_role("button", name="Upload").click()
    expect(page.locator("#notices")).to_contain_text("1 document is here.")
    expect(paper(page)).to_contain_text("By its content: a PDF")
    paper(page).get_by_role("button", name="Remove march.pdf").click()
    expect(page.locator("#notices")).to_contain_text("“march.pdf” is removed.")
