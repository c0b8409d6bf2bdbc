"""Documents in S3, against a storage that checks every signature: OpenStack Swift with its S3 interface."""

from __future__ import annotations

import http.client
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from leadhub.environment import read_storage
from leads.change import ById
from leads.changes.documents import Upload, add_documents, keep_files
from leads.changes.erase import erase_lead
from leads.models import Document
from leads.outbox import sweeping
from leads.queries.documents import address_of, open_document, sign_document
from tests.make import SYSTEM, make_key, make_lead, make_member, make_workspace
from tests.swift import ACCESS, SECRET, Swift, missing

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
BUCKET = "documents"


@pytest.fixture(scope="module")
def swift(tmp_path_factory):
    folder = tmp_path_factory.mktemp("swift")
    if reason := missing(folder):
        pytest.skip(reason)
    server = Swift(folder)
    try:
        server.start()
        client = boto3.client(
            "s3",
            endpoint_url=server.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
        )
        client.create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.stop()


def storage_of(monkeypatch, **words):
    for name, value in words.items():
        monkeypatch.setenv(name, value)
    return read_storage()


@pytest.fixture
def _in_s3(swift, settings, monkeypatch):
    entry = storage_of(
        monkeypatch,
        S3_BUCKET=BUCKET,
        S3_ENDPOINT=swift.endpoint,
        S3_ACCESS_KEY=ACCESS,
        S3_SECRET_KEY=SECRET,
    )
    settings.STORAGES = {**settings.STORAGES, "default": entry}


def fetch(address, method="GET", **headers):
    parts = urlsplit(address)
    caller = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    caller.request(method, f"{parts.path}?{parts.query}", headers=headers)
    answer = caller.getresponse()
    body = answer.read()
    caller.close()
    return answer.status, dict(answer.getheaders()), body


def make_document(lead, filename="mä rz.pdf", content=PDF):
    kept = keep_files(lead.workspace, [Upload(ContentFile(content), filename, len(content), "d")])
    return add_documents(lead.workspace, SYSTEM, ById(lead.pk), kept).documents[0]


@pytest.fixture
def lead(_in_s3):
    return make_lead(make_workspace(), first_name="Ada")


def test_a_presigned_link_is_a_download_of_this_one_file(lead):
    document, other = make_document(lead), make_document(lead, "b.pdf", PDF + b"other")
    address = address_of(document, timedelta(hours=1))
    status, headers, body = fetch(address)
    assert (status, body) == (200, PDF)
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "attachment; filename*=utf-8''m%C3%A4%20rz.pdf"
    status, headers, body = fetch(address, Range="bytes=10-19")
    assert (status, body, headers["Content-Range"]) == (206, PDF[10:20], f"bytes 10-19/{len(PDF)}")

    assert parse_qs(urlsplit(address).query)["X-Amz-Expires"] == ["3600"]
    for changed in (
        address.replace(document.storage_key, other.storage_key),
        address.replace("X-Amz-Expires=3600", "X-Amz-Expires=360000"),
        address.replace("attachment", "inline"),
        address.replace("application%2Fpdf", "text%2Fhtml"),
        address[:-1] + ("0" if address[-1] != "0" else "1"),
        address.partition("?")[0],
    ):
        assert changed != address
        status, _headers, body = fetch(changed)
        assert status in {400, 401, 403} and b"%PDF" not in body, changed


def test_an_expired_link_opens_nothing(lead):
    address = address_of(make_document(lead), timedelta(seconds=1))
    assert fetch(address)[0] == 200
    time.sleep(2.5)
    assert fetch(address)[0] in {401, 403}


def test_both_doors_hand_out_presigned_links(lead, client):
    member = make_member(lead.workspace)
    client.force_login(member)
    client.post(reverse("admin:lead_documents", args=[lead.pk]), {"files": SimpleUploadedFile("a.pdf", PDF)})
    document = Document.objects.get()
    staff = client.get(reverse("admin:lead_document", args=[lead.pk, document.pk]))["Location"]
    assert parse_qs(urlsplit(staff).query)["X-Amz-Expires"] == ["300"]
    _key, text = make_key(lead.workspace, "hub")
    shown = Client().get(f"/api/hub/documents/{document.pk}", headers={"Authorization": f"Bearer {text}"})
    api = shown.json()["url"]
    assert parse_qs(urlsplit(api).query)["X-Amz-Expires"] == ["3600"]
    assert (fetch(staff)[2], fetch(api)[2]) == (PDF, PDF)


def test_a_large_file_arrives_in_parts_and_is_read_through_us(lead):
    large = b"%PDF-1.7\n" + b"x" * (20 * 1024 * 1024)
    document = make_document(lead, content=large)
    with open_document(document) as file:
        assert file.read() == large
    through = Client().get(
        f"/files/{sign_document(document, timedelta(hours=1))}", headers={"Range": "bytes=-5"}
    )
    assert (through.status_code, through.getvalue()) == (206, b"xxxxx")


def test_erasing_and_sweeping_remove_the_objects(lead, monkeypatch):
    with monkeypatch.context() as impatient:
        impatient.setattr(sweeping, "LEFT_ALONE", timedelta(seconds=-60))
        sweeping.sweep_files()  # what other tests left
        document = make_document(lead)
        lost = keep_files(lead.workspace, [Upload(ContentFile(PDF), "a.pdf", len(PDF), "d")])[0].storage_key
        assert sweeping.sweep_files() == 1
    keep_files(lead.workspace, [Upload(ContentFile(PDF), "a.pdf", len(PDF), "d")])
    assert sweeping.sweep_files() == 0
    assert (default_storage.exists(lost), default_storage.exists(document.storage_key)) == (False, True)
    erase_lead(lead.workspace, SYSTEM, ById(lead.pk), "asked for it")
    assert not default_storage.exists(document.storage_key)


def test_a_lost_object_and_a_storage_that_is_away(lead, settings, monkeypatch, client):
    document = make_document(lead)
    token = sign_document(document, timedelta(hours=1))
    default_storage.delete(document.storage_key)
    careful = Client(raise_request_exception=False)
    assert careful.get(f"/files/{token}").status_code == 404
    settings.STORAGES = {
        **settings.STORAGES,
        "default": storage_of(monkeypatch, S3_ENDPOINT="http://127.0.0.1:9"),
    }
    answer = careful.get(f"/files/{token}")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
