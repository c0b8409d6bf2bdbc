"""Signed links to documents: what they open, for how long, and how a download is answered."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client

from leadhub.workspaces.clock import now
from leads.api.files import wanted_span
from leads.change import ById
from leads.changes.documents import Upload, add_documents, keep_files
from leads.models import Document
from leads.queries.documents import sign_document
from tests.make import SYSTEM, make_lead, make_workspace

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 4
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _own_storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"


def make_document(workspace=None, filename="march.pdf"):
    workspace = workspace or make_workspace()
    lead = make_lead(workspace, first_name="Ada")
    kept = keep_files(workspace, [Upload(ContentFile(PDF), filename, len(PDF), "d1ge5t")])
    return add_documents(workspace, SYSTEM, ById(lead.pk), kept).documents[0]


def fetch(token, method="get", **headers):
    client = Client(raise_request_exception=False)
    response = getattr(client, method)(f"/files/{token}", headers=headers)
    response.fetched = response.getvalue()
    return response


def test_a_link_is_a_download_and_nothing_else():
    response = fetch(sign_document(make_document(), HOUR))
    assert (response.status_code, response.fetched) == (200, PDF)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="march.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Length"] == str(len(PDF))


def test_a_name_outside_ascii_travels_encoded():
    response = fetch(sign_document(make_document(filename='mä"rz.pdf'), HOUR))
    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''m%C3%A4%22rz.pdf"


def test_a_link_expires():
    document = make_document()
    assert fetch(sign_document(document, timedelta(minutes=-1))).status_code == 410
    assert fetch(sign_document(document, HOUR, now() - HOUR)).status_code == 410
    assert fetch(sign_document(document, HOUR, now() - HOUR + timedelta(seconds=5))).status_code == 200


def test_a_link_cannot_be_changed():
    token = sign_document(make_document(), HOUR)
    for place in range(0, len(token), 7):
        letter = "A" if token[place] != "A" else "B"
        assert fetch(token[:place] + letter + token[place + 1 :]).status_code == 404
    for wrong in ("x", token + "x", token[:-1], "a:b:c"):
        assert fetch(wrong).status_code == 404


def test_a_signature_cannot_be_put_under_another_document():
    mine, theirs = (sign_document(make_document(), HOUR) for _ in range(2))
    swapped = ":".join([theirs.split(":")[0], *mine.split(":")[1:]])
    assert fetch(swapped).status_code == 404


def test_a_link_cannot_be_stretched():
    document = make_document()
    body, *signature = sign_document(document, timedelta(minutes=-1)).split(":")
    later = signing.dumps([document.workspace_id.hex, document.pk.hex, 2**40], key="not ours", salt="x")
    assert fetch(":".join([later.split(":")[0], *signature])).status_code == 404
    assert fetch(":".join([body, *signature])).status_code == 410


def test_a_link_for_another_purpose_opens_nothing():
    document = make_document()
    wanted = [document.workspace_id.hex, document.pk.hex, 2**40]
    assert fetch(signing.dumps(wanted, salt="something else")).status_code == 404


def test_a_link_is_bound_to_its_workspace():
    document, other = make_document(), make_workspace()
    for workspace, wanted in ((other.pk, document.pk), (document.workspace_id, uuid4())):
        token = signing.dumps([workspace.hex, wanted.hex, 2**40], salt="leadhub.document.download")
        assert fetch(token).status_code == 404


def test_a_deleted_document_and_a_lost_file_are_not_there():
    document = make_document()
    token = sign_document(document, HOUR)
    Document.objects.filter(pk=document.pk).update(storage_key="lost")
    assert fetch(token).status_code == 404
    Document.objects.filter(pk=document.pk).update(deleted_at=now())
    assert fetch(token).status_code == 404


def test_links_of_an_older_key_work_while_it_is_a_fallback(settings):
    token = sign_document(make_document(), HOUR)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key that is long enough for the checks of it"
    assert fetch(token).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert fetch(token).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-", 1000, len(PDF) - 1),
        ("bytes=-10", len(PDF) - 10, len(PDF) - 1),
        ("bytes=5-999999", 5, len(PDF) - 1),
        ("bytes= 3-4", 3, 4),
    ],
)
def test_a_part_on_request(wanted, first, last):
    response = fetch(sign_document(make_document(), HOUR), Range=wanted)
    assert (response.status_code, response.fetched) == (206, PDF[first : last + 1])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(PDF)}"
    assert response.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize(
    "wanted", ["bytes=0-", "bytes=-99999", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,4-5", "x"]
)
def test_the_whole_where_no_one_part_is_meant(wanted):
    response = fetch(sign_document(make_document(), HOUR), Range=wanted)
    assert (response.status_code, response.fetched) == (200, PDF)


@pytest.mark.parametrize("wanted", [f"bytes={len(PDF)}-", "bytes=99999-100000", "bytes=-0"])
def test_a_part_past_the_end(wanted):
    response = fetch(sign_document(make_document(), HOUR), Range=wanted)
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(PDF)}"


def test_a_part_of_another_version_is_the_whole():
    token = sign_document(make_document(), HOUR)
    tag = fetch(token).headers["ETag"]
    assert fetch(token, Range="bytes=0-1", **{"If-Range": tag}).status_code == 206
    assert fetch(token, Range="bytes=0-1", **{"If-Range": '"old"'}).status_code == 200


def test_a_head_has_the_headers_alone():
    response = fetch(sign_document(make_document(), HOUR), "head", Range="bytes=0-1")
    assert (response.status_code, response.fetched) == (206, b"")
    assert response.headers["Content-Length"] == "2"


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_nothing_but_fetching(method):
    response = fetch(sign_document(make_document(), HOUR), method)
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_an_empty_file_has_no_parts():
    assert wanted_span(None, 0).length == 0
    assert wanted_span("bytes=0-", 0) is None
