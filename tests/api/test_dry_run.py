"""A dry run of each write of each dialect stores nothing; then the write itself is done, and done once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from leadhub.web.models import RequestRecord
from leadhub.workspaces.models import DIALECTS
from leads.api.schema import build_document
from tests.api.conforms import ConformingClient
from tests.api.tables import hashes
from tests.api.writes import READS, WRITES, Scene

pytestmark = pytest.mark.django_db

DRY = {"Leadhub-Dry-Run": "true"}


def files():
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def test_every_write_of_every_document_has_a_row():
    found = {
        (dialect, operation["operationId"])
        for dialect in DIALECTS
        for methods in build_document(dialect)["paths"].values()
        for method, operation in methods.items()
        if method != "get"
    }
    assert found - READS == {(write.dialect, write.operation) for write in WRITES}


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_a_dry_run_stores_nothing_and_a_keyed_write_is_done_once(write):
    scene, client = Scene(), ConformingClient(write.dialect)
    headers = scene.headers(write)
    ConformingClient("hub").get("/api/hub/key", headers=headers)  # stamps that the key was used
    before, stored = hashes(), files()
    dry = scene.send(client, write, {**headers, **DRY})
    assert 200 <= dry.status_code < 300, dry.content
    assert dry["Leadhub-Dry-Run"] == "true"
    assert (hashes(), files()) == (before, stored)
    record = RequestRecord.objects.latest("id")
    assert (record.dry_run, record.status) == (True, dry.status_code)

    # The write itself does something here, or its dry run would say nothing; and it does it once.
    keyed = {**headers, "Idempotency-Key": "once"}
    wet = scene.send(client, write, keyed)
    assert wet.status_code == dry.status_code
    assert "Leadhub-Dry-Run" not in wet
    after = hashes()
    assert after != before
    again = scene.send(client, write, keyed)
    assert (again.status_code, again.content) == (wet.status_code, wet.content)
    assert again["Idempotent-Replayed"] == "true"
    assert hashes() == after
