"""An import in the browser: looked at, rehearsed, run while the page watches, taken back."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from leads.models import Lead
from tests.browser.desk import look
from tests.imports.test_export import exported, fill, make_desk
from tests.make import make_member

pytestmark = pytest.mark.browser
LIST = "Full name;E-Mail;Mobile;Geburtsdatum;Hobby\nAna Ruiz;ana@x.example;415 555 2671;17.05.1984;chess\n"
BAD = "Bo Li;nonsense;415 555 2672;31.02.1990;a rather long text that tells of many things at once\n"


def let_work(page, waits="Waiting for a worker."):
    page.get_by_text(waits).wait_for()
    call_command("worker", once=True, queues="jobs")


def upload(page, tmp_path):
    path = tmp_path / "spring fair.csv"
    path.write_text(LIST + BAD)
    page.get_by_label("File", exact=True).set_input_files(str(path))
    page.get_by_label("Who it is from").fill("Fair")
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("heading", name="What each column becomes").wait_for()
    # Its lists are filled before the page listens to them.
    page.wait_for_load_state("load")


def choose_columns(page):
    assert page.get_by_label("What “E-Mail” becomes").input_value() == "email"
    assert page.get_by_label("How “Geburtsdatum” is written").input_value() == "DD.MM.YYYY"
    page.get_by_label("What “Geburtsdatum” becomes").select_option("metadata.geburtsdatum")
    page.locator("#written-as-3").wait_for(state="detached")
    page.get_by_label("What “Geburtsdatum” becomes").select_option("profile.birth_date")
    assert page.get_by_label("How “Geburtsdatum” is written").input_value() == "DD.MM.YYYY"
    assert page.get_by_text("no field has such a name: Hobby").is_visible()
    page.get_by_label("What “Hobby” becomes").select_option("note")
    page.get_by_text("no field has such a name").wait_for(state="detached")


def test_a_file_is_imported_while_the_page_watches(manager_page, tmp_path):
    page = manager_page.open("imports")
    look(page, "imports-empty")
    form, empty = page.locator(".new-import").bounding_box(), page.locator(".empty").bounding_box()
    assert empty["width"] == form["width"]
    upload(page, tmp_path)
    choose_columns(page)
    look(page, "imports-map")
    page.set_viewport_size({"width": 390, "height": 844})
    named, plain = page.locator("#written-3"), page.locator("#written-4")
    assert named.is_visible() and not plain.is_visible(), "nothing is named that is not asked"
    sample = page.get_by_text("a rather long text").bounding_box()
    assert sample["x"] + sample["width"] < 390 - 30
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Rehearse all rows").click()
    let_work(page)
    page.get_by_role("heading", name="The first refused rows").wait_for()
    assert page.get_by_text("Geburtsdatum:").is_visible(), "a column is seen by its name"
    look(page, "imports-rehearsed")
    page.get_by_role("button", name="Import the good rows").click()
    let_work(page)
    page.get_by_role("link", name="Show the new leads").wait_for()
    assert Lead.objects.get().last_name == "Ruiz"
    look(page, "imports-done")
    page.get_by_role("button", name="Show what that would do").click()
    let_work(page, "leads looked at so far")
    page.get_by_text("Leads it would delete: 1,").wait_for()
    page.get_by_role("button", name="Take it back").click()
    assert "Leads to delete: 1, to put back as they were: 0" in page.get_by_role("dialog").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").or_(
        page.locator("#confirm-yes")
    ).first.click()
    let_work(page, "leads looked at so far")
    page.get_by_text("Leads deleted: 1,").wait_for()
    assert not page.get_by_role("link", name="Show the new leads").is_visible()
    look(page, "imports-undone")
    look(manager_page.open("imports"), "imports-history")


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl"])
def test_an_export_comes_back_through_the_page_as_it_stands(sign_in, workspace, tmp_path, format):
    """Whoever changes nothing loses nothing: each choice of the page says what was guessed."""
    first = make_desk()
    fill(first, make_member(first, email="ana@desk.example"))
    make_member(workspace, email="ana@desk.example")
    path = tmp_path / f"leads.{format}"
    path.write_bytes(exported(first, format))
    make_desk(workspace)
    page = sign_in(role="owner").open("imports")
    page.get_by_label("File", exact=True).set_input_files(str(path))
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_label("If the lead is there already").select_option("create")
    page.get_by_role("button", name="Import without a rehearsal").click()
    page.get_by_text("Waiting for a worker.").wait_for()
    call_command("worker", once=True, queues="jobs")
    page.get_by_role("link", name="Show the new leads").wait_for()
    assert page.locator(".counts .refused strong").inner_text() == "0"
    assert exported(workspace, format) == path.read_bytes()
