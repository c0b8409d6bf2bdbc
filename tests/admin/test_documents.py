"""Documents in the door for people: uploaded per item, fetched, and asked for by a link with a page."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from checklists.models import Item
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.changes.catalogue import renew_catalogue
from leads.changes.merge import merge_leads
from leads.changes.upload_links import MOST_FILES, make_upload_link
from leads.models import Answer, Document, Entry, UploadLink
from tests.make import SYSTEM, ask_for, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"page " * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"dots " * 100


@pytest.fixture(autouse=True)
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def desk(client):
    """(workspace, lead, item): one document is asked for."""
    workspace = make_workspace(name="Acme Lending")
    words = {"label": "Bank statement", "client_instructions": "All pages, please."}
    item = ask_for(workspace, "statement", "BANK_STATEMENT", **words)
    ask_for(workspace, "name", label="Name", order=1)
    client.force_login(make_member(workspace))
    return workspace, make_lead(workspace, first_name="Ada", email="ada@example.org"), item


def file(name="march.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def page_of(lead):
    return reverse("admin:lead_documents", args=[lead.pk])


def ask(workspace, lead, item="statement", **words):
    made = make_upload_link(workspace, SYSTEM, ById(lead.pk), item=item, **words)
    return made.link, reverse("upload_page", args=[made.token])


def stranger():
    return Client(raise_request_exception=False)


def test_staff_upload_for_an_item_and_fetch_it_again(client, desk):
    workspace, lead, item = desk

    done = client.post(
        page_of(lead), {"item": str(item.pk), "files": [file(), file("april.pdf")]}, follow=True
    )

    assert "2 documents are here." in done.content.decode()
    answer = Answer.objects.get(lead=lead, item=item)
    assert (answer.status, answer.door) == ("NEEDS_REVIEW", "admin")
    entry = Entry.objects.filter(lead=lead).latest("id")
    assert (entry.kind, entry.door) == ("document_uploaded", "admin")
    document = Document.objects.filter(lead=lead).first()
    to_link = client.get(reverse("admin:lead_document", args=[lead.pk, document.pk]))
    fetched = Client().get(to_link["Location"])
    assert (fetched.getvalue(), fetched["Content-Disposition"][:10]) == (PDF, "attachment")
    gone = client.post(reverse("admin:lead_document_remove", args=[lead.pk, document.pk]), follow=True)
    assert "is removed" in gone.content.decode()
    assert stranger().get(to_link["Location"]).status_code == 404
    document.deleted_at = None
    document.save()
    # Five minutes, no more.
    document_of = "leads.queries.documents.now"
    with pytest.MonkeyPatch.context() as later:
        later.setattr(document_of, lambda: now() + timedelta(minutes=5, seconds=1))
        assert stranger().get(to_link["Location"]).status_code == 410


def test_what_is_no_document_is_refused_with_a_sentence_and_leaves_nothing(client, desk, settings):
    _workspace, lead, item = desk
    for sent, said in (
        ({"files": file("run.exe", b"MZ\x90\x00")}, "Files of this kind are not taken"),
        ({"files": file("empty.pdf", b"")}, "This file is empty"),
        ({"files": file(), "item": str(new_id())}, "no such checklist item"),
        ({}, "Choose at least one file."),
        ({"files": [file(f"{n}.pdf") for n in range(11)]}, "at most 10 files"),
    ):
        refused = client.post(page_of(lead), sent, follow=True)
        assert said in refused.content.decode(), said
    assert not Document.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def upload(client, lead, **form):
    return client.post(page_of(lead), form, headers={"HX-Request": "true"})


def words_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_an_upload_by_script_brings_back_its_place_and_the_item_alone(client, desk):
    _workspace, lead, item = desk

    kept = upload(client, lead, item=str(item.pk), files=[file(), file("april.pdf")])

    assert (kept.status_code, kept["HX-Trigger"]) == (200, "lead-changed")
    page = kept.content.decode()
    assert f'id="box-{item.pk}"' in page
    assert "march.pdf" in page and "april.pdf" in page
    assert re.search(r'id="documents-count" hx-swap-oob="true">2<', page)
    assert re.search(r'id="item-statement" class="item needs_review".*hx-swap-oob', page)
    assert "2 documents are here." in page
    assert "item-name" not in page, "a field that somebody may be typing in"

    other = upload(client, lead, files=file("photo.png", PNG))
    assert 'id="box-any"' in other.content.decode()
    assert "item-statement" not in other.content.decode()


def take_away(client, address, box):
    headers = {"HX-Request": "true", "HX-Target": f"box-{box}"}
    return client.post(address, headers=headers)


def test_removing_a_document_by_script_brings_back_its_place_and_the_item_alone(client, desk):
    _workspace, lead, item = desk
    upload(client, lead, item=str(item.pk), files=[file(), file("april.pdf")])
    upload(client, lead, files=file("photo.png", PNG))
    march, april, photo = Document.objects.order_by("created_at", "id")

    gone = take_away(client, reverse("admin:lead_document_remove", args=[lead.pk, march.pk]), item.pk)

    assert (gone.status_code, gone["HX-Trigger"]) == (200, "lead-changed")
    page = gone.content.decode()
    assert f'id="box-{item.pk}"' in page and "april.pdf" in page
    assert "“march.pdf” is removed." in words_of(gone)
    assert re.search(r'id="item-statement" class="item needs_review".*hx-swap-oob', page)
    assert re.search(r'id="documents-count" hx-swap-oob="true">2<', page)
    assert "photo.png" not in page and "item-name" not in page and "<html" not in page

    last = take_away(client, reverse("admin:lead_document_remove", args=[lead.pk, april.pk]), item.pk)
    assert re.search(r'id="item-statement" class="item todo".*hx-swap-oob', last.content.decode())

    other = take_away(client, reverse("admin:lead_document_remove", args=[lead.pk, photo.pk]), "any")
    assert 'id="box-any"' in other.content.decode() and "item-statement" not in other.content.decode()
    assert re.search(r'id="documents-count" hx-swap-oob="true"><', other.content.decode())


def test_a_document_that_a_colleague_removed_first_is_told_of_and_leaves_its_place(client, desk):
    _workspace, lead, item = desk
    upload(client, lead, item=str(item.pk), files=file())
    address = reverse("admin:lead_document_remove", args=[lead.pk, Document.objects.get().pk])
    client.post(address, follow=True)

    late = take_away(client, address, item.pk)

    assert late.status_code == 422
    assert "This lead has no such document." in words_of(late)
    assert f'id="box-{item.pk}"' in late.content.decode() and "march.pdf" not in late.content.decode()
    for odd in ("", "none", f"{new_id()}"):
        assert take_away(client, address, odd).status_code == 422


def test_withdrawing_a_request_by_script_brings_back_its_place(client, desk):
    workspace, lead, item = desk
    link, address = ask(workspace, lead)
    withdraw = reverse("admin:withdraw_request", args=[lead.pk, link.pk])
    assert withdraw in client.get(reverse("admin:lead", args=[lead.pk])).content.decode()

    gone = take_away(client, withdraw, item.pk)

    assert (gone.status_code, gone["HX-Trigger"]) == (200, "lead-changed")
    page = gone.content.decode()
    assert f'id="box-{item.pk}"' in page and withdraw not in page and "<html" not in page
    assert "The request is withdrawn" in words_of(gone)
    assert stranger().post(address, {"files": file()}).status_code == 410


def test_a_place_that_held_only_what_is_gone_goes_with_it(client, desk):
    workspace, lead, item = desk
    upload(client, lead, item=str(item.pk), files=file())
    never = {"operator": "AND", "rules": [{"code": "name", "op": "equals", "value": "nobody"}]}
    Item.objects.filter(pk=item.pk).update(conditions=never)
    renew_catalogue(workspace)
    address = reverse("admin:lead_document_remove", args=[lead.pk, Document.objects.get().pk])
    assert address in client.get(reverse("admin:lead", args=[lead.pk])).content.decode()

    gone = take_away(client, address, item.pk).content.decode()

    assert f'id="box-{item.pk}"' not in gone and 'id="box-any"' not in gone


def test_a_refused_upload_by_script_says_why_beside_its_form(client, desk):
    _workspace, lead, item = desk
    for sent, said in (
        ({"files": [file(), file("run.exe", b"MZ\x90\x00")]}, "run.exe: Files of this kind are not taken"),
        ({"files": file("empty.pdf", b"")}, "empty.pdf: This file is empty"),
        ({"files": file(), "item": str(new_id())}, "The lead has no such checklist item."),
        ({}, "Choose at least one file."),
        ({"files": [file(f"{n}.pdf") for n in range(11)]}, "at most 10 files"),
    ):
        refused = upload(client, lead, **sent)
        assert (refused.status_code, refused["HX-Retarget"]) == (422, "find .told"), said
        assert said in words_of(refused), said
    assert not Document.objects.exists()


def test_each_document_says_what_it_was_found_to_be_and_where_it_came_from(client, desk):
    workspace, lead, item = desk
    files = [file("march.pdf"), file("april.pdf", PNG), file("table.csv", b"a;b\n1;2\n"), file("No ending")]
    client.post(page_of(lead), {"files": files})

    page = client.get(reverse("admin:lead", args=[lead.pk]))

    rows = re.findall(r"<li>(<span class=\"asks\">.*?)</li>", page.content.decode(), re.DOTALL)
    found = {}
    for row in rows:
        words = " ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split())
        found[words.partition(" ? ")[0]] = words.partition("By its content: ")[2].partition(" Remove")[0]
    assert found == {
        "march.pdf": "a PDF",
        "april.pdf": "a PNG image its name ends in .pdf",
        "table.csv": "a table as text (CSV)",
        "No ending": "a PDF",
    }
    assert "they are not checked for malware" in words_of(page)
    winner = make_lead(workspace, first_name="Ada", last_name="L")
    merge_leads(workspace, SYSTEM, winner.pk, lead.pk)
    for document in Document.objects.all():
        where = {"path": f"/documents/{document.pk}"}
        told = words_of(client.get(reverse("admin:lead_why", args=[winner.pk]), where))
        assert f"Document: {document.filename}" in told
        assert "Documents uploaded" in told


def test_an_answer_that_makes_a_document_needed_brings_its_place(client, desk):
    workspace, lead, item = desk
    asked = {"operator": "AND", "rules": [{"code": "name", "op": "equals", "value": "Ada"}]}
    Item.objects.filter(pk=item.pk).update(conditions=asked)
    renew_catalogue(workspace)
    form = {"only": "name", "seen": "1", "answer.name": "Ada"}

    row = client.post(reverse("admin:lead_answer", args=[lead.pk]), form, headers={"HX-Request": "true"})

    place = row.content.decode().partition('hx-swap-oob="beforeend:#papers"')[2]
    assert f'id="box-{item.pk}"' in place
    client.post(page_of(lead), {"item": str(item.pk), "files": file()})
    accept = reverse("admin:lead_item_accept", args=[lead.pk, "statement"])
    done = client.post(accept, {}, headers={"HX-Request": "true"})
    assert re.search(
        rf'id="state-{item.pk}" hx-swap-oob="true"><span class="badge good">', done.content.decode()
    )


def boxes_of(page):
    """Each place of a document in the answer, and how it is put where it belongs."""
    found = re.findall(r'<(?:article[^>]*|div) id="box-([0-9a-f-]{36})"(?: hx-swap-oob="(\w+)")?', page)
    return {
        key: how or ("beforeend" if f'#papers"><article class="paper" id="box-{key}"' in page else "")
        for key, how in found
    }


def test_what_depends_on_a_document_comes_and_goes_with_it(client, desk):
    workspace, lead, item = desk
    when = {"operator": "AND", "rules": [{"code": "statement", "op": "is_set"}]}
    deed = ask_for(workspace, "deed", "BANK_STATEMENT", label="Deed", conditions=when)
    renew_catalogue(workspace)
    mine, theirs = str(item.pk), str(deed.pk)

    came = upload(client, lead, item=mine, files=file()).content.decode()
    assert boxes_of(came) == {mine: "", theirs: "beforeend"}

    document = Document.objects.get()
    gone = take_away(client, reverse("admin:lead_document_remove", args=[lead.pk, document.pk]), mine)
    assert boxes_of(gone.content.decode()) == {mine: "", theirs: "delete"}

    upload(client, lead, item=mine, files=file())
    upload(client, lead, item=theirs, files=file("deed.pdf"))
    document = Document.objects.get(item=item, deleted_at=None)
    kept = take_away(client, reverse("admin:lead_document_remove", args=[lead.pk, document.pk]), mine)
    page = kept.content.decode()
    assert boxes_of(page) == {mine: "", theirs: "true"}
    assert "deed.pdf" in page and f'name="item" value="{theirs}"' not in page
    # By what is asked, and not by the code of the item.
    assert f"Because “{item.label}” is not answered." in page


def test_an_answer_that_makes_a_document_needless_takes_its_place_away(client, desk):
    workspace, lead, item = desk
    asked = {"operator": "AND", "rules": [{"code": "name", "op": "equals", "value": "Ada"}]}
    Item.objects.filter(pk=item.pk).update(conditions=asked)
    renew_catalogue(workspace)
    answer = reverse("admin:lead_answer", args=[lead.pk])
    for name, how in (("Ada", "beforeend"), ("Bob", "delete")):
        seen = lead.__class__.objects.get(pk=lead.pk).version
        form = {"only": "name", "seen": str(seen), "answer.name": name}
        page = client.post(answer, form, headers={"HX-Request": "true"}).content.decode()
        assert boxes_of(page) == {str(item.pk): how}, name


def test_a_form_of_another_site_uploads_nothing(desk):
    workspace, lead, _item = desk
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_member(workspace))
    assert careful.post(page_of(lead), {"files": file()}).status_code == 403
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"',
        careful.get(reverse("admin:lead", args=[lead.pk])).content.decode(),
    )[1]
    assert careful.post(page_of(lead), {"files": file(), "csrfmiddlewaretoken": token}).status_code == 302
    assert Document.objects.count() == 1


def test_a_strangers_lead_and_document_are_not_there(client, desk):
    workspace, lead, item = desk
    client.post(page_of(lead), {"files": file()})
    document = Document.objects.get()
    other = make_workspace()
    theirs = make_lead(other, first_name="Eve")
    client.force_login(make_member(other, role="owner"))
    routes = [
        ("get", reverse("admin:lead_document", args=[lead.pk, document.pk])),
        ("get", reverse("admin:lead_document", args=[theirs.pk, document.pk])),
        ("post", page_of(lead)),
        ("post", reverse("admin:lead_document_remove", args=[lead.pk, document.pk])),
        ("post", reverse("admin:lead_requests", args=[lead.pk])),
        ("post", reverse("admin:withdraw_request", args=[lead.pk, new_id()])),
    ]
    for method, address in routes:
        assert getattr(client, method)(address).status_code == 404, address


def assert_asks(page):
    """It says all that the lead needs to know, and nothing of the lead."""
    said = page.content.decode()
    for words in (
        "Acme Lending",
        "Bank statement",
        "All pages, please.",
        "Thank you for the talk.",
        "100",
        "PDF",
    ):
        assert words in said
    for words in ("Ada", "ada@example.org"):
        assert words not in said
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert page["X-Robots-Tag"] == "noindex, nofollow"


def test_a_request_made_by_staff_is_shown_once_and_brings_the_document_to_its_item(client, desk):
    workspace, lead, item = desk
    made = client.post(
        reverse("admin:lead_requests", args=[lead.pk]),
        {"item": str(item.pk), "days": "3", "message": "Thank you for the talk."},
    )
    address = re.search(r'value="http://testserver(/u/[\w-]{43})"', made.content.decode())[1]
    link = UploadLink.objects.get()
    assert address.removeprefix("/u/") not in str(UploadLink.objects.values().get())
    assert link.expires_at - link.created_at == timedelta(days=3)

    assert_asks(stranger().get(address))
    sent = stranger().post(address, {"files": file()}, follow=True)

    assert sent.redirect_chain == [(f"{address}?received=1", 303)]
    assert "1 file has arrived" in sent.content.decode()
    answer = Answer.objects.get(lead=lead, item=item)
    assert (answer.status, answer.value, answer.door) == ("NEEDS_REVIEW", "march.pdf", "request")
    kinds = list(Entry.objects.filter(lead=lead).order_by("id").values_list("kind", "door"))
    assert kinds[-2:] == [("document_requested", "admin"), ("document_uploaded", "request")]
    assert Entry.objects.latest("id").input["request"] == str(link.pk)
    link.refresh_from_db()
    assert (link.files, link.used_at is not None) == (1, True)

    gone = client.post(reverse("admin:withdraw_request", args=[lead.pk, link.pk]), follow=True)
    assert "withdrawn" in gone.content.decode()
    assert stranger().post(address, {"files": file()}).status_code == 410
    assert Document.objects.count() == 1


def test_a_closed_link_says_so_and_takes_nothing(desk, monkeypatch):
    workspace, lead, item = desk
    link, address = ask(workspace, lead)
    for wrong in (address[:-1], address + "x", "/u/x", "/u/" + "a" * 2000, "/u/%ED%A0%80", "/u/é"):
        refused = stranger().get(wrong)
        assert refused.status_code == 404 and "text/html" in refused["Content-Type"], wrong
    UploadLink.objects.update(expires_at=now())
    for method in ("get", "post"):
        expired = getattr(stranger(), method)(address)
        assert expired.status_code == 410 and "expired" in expired.content.decode()
    UploadLink.objects.update(expires_at=now() + timedelta(days=1))
    assert stranger().put(address).status_code == 405
    Item.objects.filter(pk=item.pk).update(archived_at=now())
    assert stranger().get(address).status_code == 410
    Item.objects.filter(pk=item.pk).update(archived_at=None)
    apply_change(workspace, SYSTEM, ById(lead.pk), LeadChange(delete=True))
    assert stranger().get(address).status_code == 404


def test_a_bad_upload_shows_the_page_again_with_the_reason(desk):
    workspace, lead, _item = desk
    _link, address = ask(workspace, lead)
    for sent, status, said in (
        ({}, 422, "Choose a file first"),
        ({"files": file("run.exe", b"MZ\x90\x00")}, 422, "run.exe: Files of this kind"),
        ({"files": [file(f"{n}.pdf") for n in range(11)]}, 400, "at most 10"),
    ):
        refused = stranger().post(address, sent)
        assert (refused.status_code, said in refused.content.decode()) == (status, True), said
    assert stranger().post(address, b"{}", content_type="application/json").status_code == 415
    assert not Document.objects.exists()


def test_a_link_has_an_end_of_files_and_of_tries(desk, settings):
    workspace, lead, _item = desk
    link, address = ask(workspace, lead)
    UploadLink.objects.update(files=MOST_FILES - 1)
    assert stranger().post(address, {"files": [file(), file()]}).status_code == 410
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    for _try in range(29):
        stranger().post(address, {})
    refused = stranger().post(address, {"files": file()})
    assert (refused.status_code, "Retry-After" in refused) == (429, True)


def test_terms_of_a_request_are_judged(client, desk):
    workspace, lead, item = desk
    asking = reverse("admin:lead_requests", args=[lead.pk])
    for sent in (
        {"item": str(item.pk), "days": "0"},
        {"item": str(item.pk), "days": "91"},
        {"item": str(item.pk), "days": "soon"},
        {"item": str(item.pk), "message": "x" * 501},
        {"item": "name"},
        {"item": ""},
    ):
        assert client.post(asking, sent).status_code == 302, sent
    assert not UploadLink.objects.exists()


def test_a_link_of_a_merged_lead_leads_to_the_survivor(client, desk):
    workspace, loser, item = desk
    winner = make_lead(workspace, first_name="Ada", last_name="L")
    link, address = ask(workspace, loser)
    merge_leads(workspace, SYSTEM, winner.pk, loser.pk)
    assert stranger().post(address, {"files": file()}).status_code == 303
    assert Document.objects.get().lead_id == winner.pk
    client.post(reverse("admin:withdraw_request", args=[winner.pk, link.pk]))
    assert stranger().get(address).status_code == 410


def test_the_log_never_shows_the_address_of_a_request(desk, caplog):
    workspace, lead, _item = desk
    _link, address = ask(workspace, lead)
    with caplog.at_level("DEBUG"):
        stranger().get(address)
        stranger().post(address, {})
    logged = [str(getattr(record, "fields", "")) + record.getMessage() for record in caplog.records]
    assert any("/u/*" in line for line in logged)
    assert not any(address.removeprefix("/u/") in line for line in logged)
