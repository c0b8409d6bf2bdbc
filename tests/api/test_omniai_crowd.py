"""OmniAI's promises when many call at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from leads.models import Answer, Document, Entry, Lead
from tests.api.omniai import LEADS, Omni
from tests.make import make_lead

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16
PDF = b"%PDF-1.7\n%%EOF\n"


def at_once(calls):
    """Every call in a thread and a connection of its own, all of them let loose together."""
    gate = Barrier(len(calls))

    def run(call):
        try:
            gate.wait(timeout=30)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def items(count):
    lines = [
        f"  - {{code: item_{number}, label: Item {number}, field_type: TEXT}}" for number in range(count)
    ]
    return "groups:\n- name: All\n  items:\n" + "\n".join(lines)


def test_16_writers_of_different_items_lose_none():
    call = Omni(checklist=items(CROWD))
    lead_id = str(make_lead(call.workspace, first_name="Ada").pk)
    calls = [
        lambda code=f"item_{number}": call.put(lead_id, checklistItems=[{"code": code, "value": code}])
        for number in range(CROWD)
    ]
    assert {answer.status for answer in at_once(calls)} == {200}
    assert {answer.value for answer in Answer.objects.all()} == {f"item_{n}" for n in range(CROWD)}
    lead = Lead.objects.get()
    assert (lead.checklist_done, lead.version) == (CROWD, CROWD + 1)
    assert Entry.objects.filter(door="omniai").count() == CROWD


def test_16_creates_under_one_key_make_one_lead():
    call = Omni()
    headers = {"Idempotency-Key": "once"}
    answers = at_once([lambda: call("POST", LEADS, {"firstName": "Ada"}, headers=headers)] * CROWD)
    statuses = Counter(answer.status for answer in answers)
    assert set(statuses) <= {200, 409} and statuses[200] >= 1
    assert Lead.objects.count() == 1


def test_16_uploads_under_one_key_keep_one_file(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    call = Omni()
    lead_id = str(make_lead(call.workspace, first_name="Ada").pk)
    headers = {**call.call.carried, "Idempotency-Key": "once"}

    def upload():
        sent = {"leadId": lead_id, "files": SimpleUploadedFile("march.pdf", PDF)}
        return Client(raise_request_exception=False).post("/api/v1/documents", sent, headers=headers)

    statuses = Counter(answer.status_code for answer in at_once([upload] * CROWD))
    assert set(statuses) <= {200, 409} and statuses[200] >= 1
    document = Document.objects.get()
    kept = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert [path.relative_to(settings.MEDIA_ROOT).as_posix() for path in kept] == [document.storage_key]
    assert Entry.objects.filter(kind="document_uploaded").count() == 1
