"""Documents through OmniAI's dialect: uploaded, judged by content, kept whole or not at all, read back."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.models import Answer, Document, Entry
from tests.api.caller import Answer as Reply
from tests.api.conforms import check
from tests.api.omniai import LEADS, UNKNOWN, Omni, items_of, refusal
from tests.api.tables import hashes
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

PATH = "/api/v1/documents"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
CSV = b"name,amount\nAda,7\n"


def zipped(*names):
    with io.BytesIO() as out:
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return out.getvalue()


DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
PPTX = zipped("[Content_Types].xml", "ppt/presentation.xml")
ODT = zipped("x")[:0] + b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"


def file(content=PDF, name="march.pdf", kind="application/octet-stream"):
    return SimpleUploadedFile(name, content, content_type=kind)


def upload(call, lead_id, *files, headers=None, **texts):
    data = {"leadId": lead_id, "files": list(files), **texts}
    response = Client(raise_request_exception=False).post(
        PATH,
        {name: value for name, value in data.items() if value is not None},
        headers={**call.call.carried, **(headers or {})},
    )
    check("omniai", "post", PATH, response.status_code, response.headers, response.content)
    return Reply(response)


def stored_files():
    root = Path(settings.MEDIA_ROOT)
    return {path for path in root.rglob("*") if path.is_file()} if root.exists() else set()


@pytest.fixture(autouse=True)
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"


def lead_of(call):
    return str(make_lead(call.workspace, first_name="Ada").pk)


def test_an_upload_to_the_key():
    call = Omni()
    lead_id = lead_of(call)
    answer = upload(call, lead_id, file(PDF, "march.pdf"), file(PNG, "card.png"))
    assert answer.status == 200
    first, second = answer.body["documents"]
    entry = Entry.objects.get(pk=answer.body["actionLogId"])
    assert answer.body == {
        "success": True,
        "documents": [
            {
                "id": first["id"],
                "filename": "march.pdf",
                "size": len(PDF),
                "url": first["url"],
                "mimeType": "application/pdf",
                "uploadedAt": first["uploadedAt"],
                "associatedChecklistItemId": None,
                "externalId": None,
            },
            second,
        ],
        "actionLogId": str(entry.pk),
    }
    assert (second["filename"], second["mimeType"]) == ("card.png", "image/png")
    assert first["url"].startswith("http://testserver/files/")
    document = Document.objects.get(pk=first["id"])
    assert (document.entry_id, document.workspace_id) == (entry.pk, call.workspace.pk)
    assert "march" not in document.storage_key
    assert {path.read_bytes() for path in stored_files()} == {PDF, PNG}


def test_an_upload_is_in_the_log_and_at_the_lead():
    call = Omni()
    lead_id = lead_of(call)
    [sent] = upload(call, lead_id, file()).body["documents"]
    body = call.get(lead_id)
    log = body["actionLogs"][0]
    assert (log["type"], log["summary"], log["input"]["source"]) == (
        "DOCUMENT_UPLOAD",
        "Document uploaded",
        "api",
    )
    assert log["input"]["documents"][0]["filename"] == "march.pdf"
    [shown] = body["documents"]
    assert {**shown, "signedUrl": ""} == {
        "id": sent["id"],
        "filename": "march.pdf",
        "mimeType": "application/pdf",
        "size": len(PDF),
        "metadata": None,
        "signedUrl": "",
        "leadChecklistItemDocument": [],
    }
    assert [one["id"] for one in call.get(lead_id, "/documents")] == [sent["id"]]


def test_a_document_for_an_item_leaves_it_to_be_reviewed():
    call = Omni()
    lead_id = lead_of(call)
    item = items_of(call.get(lead_id))["statements"]
    for wanted in (item["id"], item["checklistItemId"]):
        answer = upload(call, lead_id, file(), leadChecklistItemId=wanted)
        assert answer.body["documents"][0]["associatedChecklistItemId"] == item["id"]
    body = call.get(lead_id)
    shown = items_of(body)["statements"]
    assert (shown["value"], shown["status"]) == ("march.pdf", "NEEDS_REVIEW")
    assert len(shown["documents"]) == 2
    assert set(shown["documents"][0]) == {
        "id",
        "filename",
        "mimeType",
        "size",
        "signedUrl",
        "metadata",
        "overallValid",
        "validationResult",
    }
    [link] = body["documents"][0]["leadChecklistItemDocument"]
    assert link == {
        "id": link["id"],
        "leadChecklistItemId": item["id"],
        "documentId": body["documents"][0]["id"],
        "overallValid": None,
        "validationResult": None,
    }
    assert items_of(call.get(lead_id, "/checklist"))["statements"]["documents"]


def test_rule_11_a_lead_with_documents_sent_back_moves_nothing():
    call = Omni()
    lead_id = lead_of(call)
    item = items_of(call.get(lead_id))["statements"]
    upload(call, lead_id, file(), leadChecklistItemId=item["id"])
    shown, entries = call.get(lead_id), Entry.objects.count()
    answer = call("PUT", LEADS, {**shown, **shown["lead"], "leadId": lead_id})
    assert (answer.status, Entry.objects.count()) == (200, entries)


def test_a_status_of_a_file_item_can_be_set_and_it_can_be_emptied():
    call = Omni()
    lead_id = lead_of(call)
    item = items_of(call.get(lead_id))["statements"]
    upload(call, lead_id, file(), leadChecklistItemId=item["id"])
    answer = call.put(lead_id, checklistItems=[{"code": "statements", "status": "COMPLETED"}])
    assert items_of(answer.body)["statements"]["status"] == "COMPLETED"
    answer = call.put(lead_id, checklistItems=[{"code": "statements", "value": None}])
    assert items_of(answer.body)["statements"]["value"] is None


def test_metadata_names_the_files():
    call = Omni()
    metadata = [{"name": "April.pdf", "externalId": "crm-1"}, {"colour": "red"}]
    answer = upload(call, lead_of(call), file(), file(PNG, "card.png"), metadata=json.dumps(metadata))
    assert [(one["filename"], one["externalId"]) for one in answer.body["documents"]] == [
        ("April.pdf", "crm-1"),
        ("card.png", None),
    ]
    assert answer.headers["Leadhub-Ignored"] == "metadata[1].colour"


@pytest.mark.parametrize(
    ("metadata", "faults"),
    [
        ("{}", {"metadata": "invalid_type"}),
        ("[]", {"metadata": "invalid_length"}),
        ("[{}, {}]", {"metadata": "invalid_length"}),
        ("[7]", {"metadata[0]": "invalid_type"}),
        ("[", {"metadata": "invalid_json"}),
        ('[{"name": "\\u0000"}]', {"metadata": "control_character"}),
        ('[{"name": 7}]', {"metadata[0].name": "invalid_type"}),
        ('[{"externalId": 7}]', {"metadata[0].externalId": "invalid_type"}),
        (json.dumps([{"externalId": "x" * 256}]), {"metadata[0].externalId": "too_long"}),
    ],
)
def test_bad_metadata_is_refused_and_nothing_is_kept(metadata, faults):
    call = Omni()
    assert refusal(upload(call, lead_of(call), file(), metadata=metadata)) == faults
    assert not stored_files() and not Document.objects.exists()


# What a file is


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (PDF, "x.exe", "application/pdf"),
        (b"\n\n" + PDF, "x", "application/pdf"),
        (PNG, "x.txt", "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "x.jpg", "image/jpeg"),
        (b"GIF89a" + b"\0" * 9, "x.gif", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x.webp", "image/webp"),
        (b"II*\0" + b"\0" * 9, "x.tif", "image/tiff"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 9, "x.heic", "image/heic"),
        (DOCX, "x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "x.docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (PPTX, "x", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        (ODT, "x.odt", "application/vnd.oasis.opendocument.text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9, "x.XLS", "application/vnd.ms-excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9, "x", "application/msword"),
        (CSV, "x.csv", "text/csv"),
        (CSV, "x", "text/csv"),
        ("nom;âge\nZoé;7\n".encode("latin-1"), "x.csv", "text/csv"),
        ("nom;âge\nZoé;7\n".encode("utf-16"), "x.csv", "text/csv"),
        (("é" * 40_000 + "\n").encode(), "x.csv", "text/csv"),
    ],
)
def test_the_type_is_judged_by_content(content, name, mime):
    call = Omni()
    answer = upload(call, lead_of(call), file(content, name, "text/html"))
    assert answer.body["documents"][0]["mimeType"] == mime


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\0" + b"\0" * 60, "x.pdf"),
        (b"<html><script>alert(1)</script></html>", "x.pdf"),
        (b" <svg xmlns='http://www.w3.org/2000/svg'/>", "x.csv"),
        (b"#!/bin/sh\nrm -rf /\n", "x.pdf"),
        (zipped("a.txt"), "x.docx"),
        (b"just words", "x.txt"),
        (b"a,b\0c\n1,2\n", "x.csv"),
        (b"\0" * 200_000, "x.pdf"),
    ],
)
def test_any_other_file_is_refused_and_nothing_is_kept(content, name):
    call = Omni()
    answer = upload(call, lead_of(call), file(PDF), file(content, name))
    assert refusal(answer) == {"files[1]": "invalid_file_type"}
    assert not stored_files() and not Document.objects.exists()


def test_the_workspace_says_which_kinds_it_takes():
    call = Omni(make_workspace(document_types=["image"]))
    lead_id = lead_of(call)
    assert refusal(upload(call, lead_id, file())) == {"files[0]": "invalid_file_type"}
    assert upload(call, lead_id, file(PNG)).status == 200


def test_an_empty_file_is_refused():
    call = Omni()
    assert refusal(upload(call, lead_of(call), file(b""))) == {"files[0]": "empty_file"}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("märz.pdf", "märz.pdf"),
        ("a;b.pdf", "a;b.pdf"),
    ],
)
def test_a_file_name_is_no_path_and_hides_nothing(name, kept):
    call = Omni()
    metadata = json.dumps([{"name": name}])
    answer = upload(call, lead_of(call), file(), metadata=metadata)
    assert answer.body["documents"][0]["filename"] == kept
    assert name not in {path.name for path in stored_files()}


# Refusals as a whole


def test_files_are_one_to_ten():
    call = Omni()
    lead_id = lead_of(call)
    assert refusal(upload(call, lead_id)) == {"files": "required"}
    assert len(upload(call, lead_id, *[file() for _ in range(10)]).body["documents"]) == 10
    assert refusal(upload(call, lead_id, *[file() for _ in range(11)])) == {"files": "too_many"}
    assert Document.objects.count() == 10


@pytest.mark.parametrize("lead_id", [UNKNOWN, "abc"])
def test_an_upload_for_nobody_is_not_found_and_nothing_is_kept(lead_id):
    assert refusal(upload(Omni(), lead_id, file()), 404) == {}
    assert not stored_files()


def test_a_lead_must_be_named_and_alive_and_of_this_workspace():
    call = Omni()
    assert refusal(upload(call, None, file())) == {"leadId": "required"}
    other = make_lead(make_workspace(), first_name="Eve")
    assert upload(call, str(other.pk), file()).status == 404
    lead_id = lead_of(call)
    apply_change(call.workspace, SYSTEM, ById(lead_id), LeadChange(delete=True))
    assert upload(call, lead_id, file()).status == 404
    assert not stored_files()


def test_an_item_must_be_the_leads_own_and_take_files():
    call = Omni()
    lead_id, other = lead_of(call), lead_of(call)
    for wanted in (UNKNOWN, "abc", items_of(call.get(other))["statements"]["id"]):
        answer = upload(call, lead_id, file(), leadChecklistItemId=wanted)
        assert refusal(answer) == {"leadChecklistItemId": "not_found"}
    text = items_of(call.get(lead_id))["tax_id"]["id"]
    assert refusal(upload(call, lead_id, file(), leadChecklistItemId=text)) == {
        "leadChecklistItemId": "invalid_choice"
    }
    assert not stored_files() and not Answer.objects.exists()


def test_other_parts_are_ignored_and_named():
    call = Omni()
    data = {
        "leadId": lead_of(call),
        "files": file(),
        "other": file(PNG, "b.png"),
        "colour": "red",
    }
    answer = Reply(Client().post(PATH, data, headers=call.call.carried))
    assert answer.status == 200
    assert answer.headers["Leadhub-Ignored"] == "colour, other"
    assert len(stored_files()) == 1


def test_a_file_of_another_part_after_a_good_one_leaves_that_whole():
    call = Omni()
    data = {"leadId": lead_of(call), "files": file(), "a": file(PNG), "b": file(PNG)}
    assert Reply(Client().post(PATH, data, headers=call.call.carried)).status == 200
    assert {path.read_bytes() for path in stored_files()} == {PDF}


def test_a_body_that_is_no_upload_is_refused():
    call = Omni()
    assert refusal(call("POST", PATH, {"leadId": "x"}), 415) == {}
    assert refusal(call("POST", PATH, raw=b"x", type="multipart/form-data"), 400) == {}
    kind = "multipart/form-data; boundary=edge"
    answer = call("POST", PATH, raw=b"no parts at all", type=kind)
    assert (refusal(answer), answer.body["code"]) == ({}, "cut_short")
    assert refusal(call("POST", PATH, raw=b"--edge--\r\n", type=kind)) == {"leadId": "required"}


def test_a_nul_in_a_text_is_refused():
    call = Omni()
    assert refusal(upload(call, "a\0b", file())) == {"leadId": "control_character"}


def test_an_upload_that_ended_too_early_is_refused():
    call = Omni()
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="leadId"\r\n\r\n'
        + lead_of(call).encode()
        + b'\r\n--edge\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        + PDF
    )
    client = Client(raise_request_exception=False)
    response = client.generic(
        "POST",
        PATH,
        body,
        content_type="multipart/form-data; boundary=edge",
        headers=call.call.carried,
    )
    whole = Reply(response)
    assert (whole.status, Document.objects.count()) == (400, 0)


def test_a_file_over_its_limit_is_too_large(monkeypatch):
    monkeypatch.setattr("leadhub.web.uploads.LARGEST_FILE", 1000)
    call = Omni()
    lead_id = lead_of(call)
    answer = upload(call, lead_id, file(), file(PDF + b"x" * 1000))
    assert refusal(answer, 413) == {}
    assert upload(call, lead_id, file(PDF.ljust(1000))).status == 200


# Twice and dry


def test_a_repeated_key_compares_the_parts_and_keeps_the_files_once():
    call = Omni()
    lead_id = lead_of(call)
    headers = {"Idempotency-Key": "k"}
    first = upload(call, lead_id, file(), headers=headers)
    again = upload(call, lead_id, file(), headers=headers)
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (Document.objects.count(), len(stored_files())) == (1, 1)
    for other in (file(PNG), file(PDF, "april.pdf")):
        assert refusal(upload(call, lead_id, other, headers=headers), 422) == {}
    assert len(stored_files()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_upload_is_replayed():
    call = Omni()
    headers = {"Idempotency-Key": "k"}
    lead_id = lead_of(call)
    first = upload(call, lead_id, file(b"words"), headers=headers)
    again = upload(call, lead_id, file(b"words"), headers=headers)
    assert (again.status, again.body, again.headers["Idempotent-Replayed"]) == (400, first.body, "true")


def test_a_dry_upload_answers_the_same_and_keeps_nothing():
    call = Omni()
    lead_id = lead_of(call)
    call.get(lead_id)
    before = hashes()
    answer = upload(call, lead_id, file(), headers={"Leadhub-Dry-Run": "true"})
    assert (answer.status, answer.body["documents"][0]["filename"]) == (200, "march.pdf")
    assert hashes() == before
    assert not stored_files()


# One document


def get_document(call, document_id, query=""):
    return call("GET", f"{PATH}/{document_id}{query}")


def uploaded(call):
    lead_id = lead_of(call)
    return lead_id, upload(call, lead_id, file()).body["documents"][0]["id"]


def test_a_document_to_the_key():
    call = Omni()
    lead_id, document_id = uploaded(call)
    body = get_document(call, document_id).body
    assert body == {
        "id": document_id,
        "filename": "march.pdf",
        "mimeType": "application/pdf",
        "size": len(PDF),
        "leadId": lead_id,
        "workspaceId": str(call.workspace.pk),
        "signedUrl": body["signedUrl"],
        "createdAt": body["createdAt"],
        "updatedAt": body["createdAt"],
    }


@pytest.mark.parametrize("flag", ["true", "1", "TRUE"])
def test_a_document_with_its_content(flag):
    call = Omni()
    _lead_id, document_id = uploaded(call)
    response = Client().get(f"{PATH}/{document_id}?includeContent={flag}", headers=call.call.carried)
    raw = b"".join(response.streaming_content)
    check("omniai", "get", f"{PATH}/{document_id}", 200, response.headers, raw)
    assert base64.b64decode(json.loads(raw)["content"]) == PDF


def test_whether_content_is_wanted_is_yes_or_no():
    call = Omni()
    _lead_id, document_id = uploaded(call)
    assert "content" not in get_document(call, document_id, "?includeContent=false").body
    answer = get_document(call, document_id, "?includeContent=maybe")
    assert refusal(answer) == {"includeContent": "invalid_type"}


def test_a_document_of_nobody_or_of_others_is_not_found():
    call = Omni()
    _lead_id, document_id = uploaded(call)
    other = Omni(make_workspace())
    tests = Omni(call.workspace, checklist="", test=True)
    for caller, wanted in ((call, UNKNOWN), (call, "abc"), (other, document_id), (tests, document_id)):
        assert refusal(get_document(caller, wanted), 404) == {}
