"""Documents in the native API: uploaded, listed, linked; and the links by which a lead is asked for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leads.models import Answer, Document, Entry, UploadLink
from tests.api.conforms import assert_conforms
from tests.api.hub import faults, hub
from tests.make import ask_for, make_lead, make_workspace

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"page " * 100


@pytest.fixture
def desk(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    call = hub(make_workspace())
    ask_for(call.workspace, "statement", "BANK_STATEMENT")
    ask_for(call.workspace, "name", order=1)
    lead = make_lead(call.workspace, first_name="Ana")
    return call, lead, f"/api/hub/leads/{lead.pk}"


def upload(call, path, *files, headers=None, **texts):
    sent = {"files": [SimpleUploadedFile(name, content) for name, content in files], **texts}
    answer = Client().post(f"{path}/documents", sent, headers={**call.carried, **(headers or {})})
    assert_conforms(answer, "hub")
    return answer


def test_documents_are_uploaded_listed_and_fetched(desk):
    call, lead, path = desk
    made = upload(call, path, ("a.pdf", PDF), ("b.csv", b"a,b\n1,2\n"), item="STATEMENT")
    assert made.status_code == 201
    first, second = made.json()["data"]
    assert (first["filename"], first["mime_type"], first["size"]) == ("a.pdf", "application/pdf", len(PDF))
    assert Answer.objects.get(lead=lead).status == "NEEDS_REVIEW"
    assert [one["id"] for one in call("GET", f"{path}/documents").body["data"]] == [first["id"], second["id"]]
    again = call("GET", f"/api/hub/documents/{first['id']}")
    assert again.body["digest"] == first["digest"]
    fetched = Client().get(again.body["url"].removeprefix("http://testserver"))
    assert fetched.getvalue() == PDF
    for missing in ("abc", str(new_id())):
        assert call("GET", f"/api/hub/documents/{missing}").status == 404
    assert hub(make_workspace())("GET", f"/api/hub/documents/{first['id']}").status == 404


def test_a_removed_document_is_gone_and_its_item_open_again(desk):
    call, lead, path = desk
    made = upload(call, path, ("a.pdf", PDF), ("b.pdf", PDF), item="statement").json()["data"]
    first, second = (f"/api/hub/documents/{one['id']}" for one in made)
    assert call("DELETE", second).status == 204
    assert [call("GET", one).status for one in (first, second)] == [200, 404]
    answer = Answer.objects.get(lead=lead)
    assert (answer.value, answer.status) == ("a.pdf", "NEEDS_REVIEW")
    link = made[1]["url"].removeprefix("http://testserver")
    assert Client(raise_request_exception=False).get(link).status_code == 404
    assert (call("DELETE", first).status, call("DELETE", first).status) == (204, 404)
    answer.refresh_from_db()
    assert (answer.value, answer.status) == (None, "TODO")
    entry = Entry.objects.filter(lead=lead).latest("id")
    assert (entry.kind, entry.input["filename"]) == ("document_removed", "a.pdf")
    assert hub(call.workspace, scopes=("write",))("DELETE", first).status == 403


def test_an_upload_that_is_refused_leaves_nothing(desk, settings):
    call, _lead, path = desk
    for files, texts, status, code in (
        ([("x.exe", b"MZ")], {}, 400, "invalid_file_type"),
        ([("a.pdf", PDF)], {"item": "name"}, 400, "invalid_choice"),
        ([("a.pdf", PDF)], {"item": "nope"}, 400, "not_found"),
        ([("a.pdf", PDF)], {"colour": "red"}, 400, "unknown_field"),
        ([], {}, 400, "required"),
    ):
        refused = upload(call, path, *files, **texts)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (status, code)
    assert upload(call, f"/api/hub/leads/{new_id()}", ("a.pdf", PDF)).status_code == 404
    dry = upload(call, path, ("a.pdf", PDF), headers={"Leadhub-Dry-Run": "true"})
    assert (dry.status_code, Document.objects.count()) == (201, 0)
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_repeated_key_uploads_once(desk, settings):
    call, _lead, path = desk
    key = {"Idempotency-Key": "once"}
    one, two = (upload(call, path, ("a.pdf", PDF), headers=key) for _ in range(2))
    assert one.json() == two.json() and two["Idempotent-Replayed"] == "true"
    assert (Document.objects.count(), len([p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()])) == (
        1,
        1,
    )


def test_a_document_is_asked_for_by_a_link(desk):
    call, lead, path = desk
    made = call("POST", f"{path}/document-requests", {"item": "statement", "days": 2, "message": "Please."})
    assert made.status == 201
    page = made.body["url"].removeprefix("http://testserver")
    assert Client().get(page).status_code == 200
    assert Client().post(page, {"files": SimpleUploadedFile("a.pdf", PDF)}).status_code == 303
    (row,) = call("GET", f"{path}/document-requests").body["data"]
    assert (row["state"], row["files"], row["item"], "url" in row) == ("open", 1, "statement", False)
    assert list(Entry.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))[-2:] == [
        "document_requested",
        "document_uploaded",
    ]
    gone = call("DELETE", f"{path}/document-requests/{row['id']}")
    assert gone.body["state"] == "withdrawn"
    entries = Entry.objects.count()
    assert call("DELETE", f"{path}/document-requests/{row['id']}").body == gone.body
    assert Entry.objects.count() == entries
    assert Client().get(page).status_code == 410
    UploadLink.objects.update(revoked_at=None, expires_at=now() - timedelta(1))
    assert call("GET", f"{path}/document-requests").body["data"][0]["state"] == "expired"


def test_a_bad_request_for_a_document_is_refused(desk):
    call, _lead, path = desk
    for sent, expected in (
        ({}, {"item": "required"}),
        ({"item": "name"}, {"item": "invalid_choice"}),
        ({"item": "nope"}, {"item": "not_found"}),
        ({"item": 7}, {"item": "not_found"}),
        ({"item": "statement", "days": 91}, {"days": "too_large"}),
        (
            {"item": "statement", "days": "x", "message": "x" * 501},
            {"days": "invalid_number", "message": "too_long"},
        ),
        ({"item": "statement", "until": 1}, {"until": "unknown_field"}),
    ):
        assert faults(call("POST", f"{path}/document-requests", sent)) == expected, sent
    for missing in ("abc", str(new_id())):
        assert call("DELETE", f"{path}/document-requests/{missing}").status == 404
    assert hub(call.workspace, scopes=("read",))("POST", f"{path}/document-requests", {}).status == 403
