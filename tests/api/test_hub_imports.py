"""Imports by the native API: sent, run by the worker, asked about, taken back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from leads.models import ImportBatch, Lead
from tests.api.conforms import assert_conforms
from tests.api.hub import hub
from tests.make import make_lead

pytestmark = pytest.mark.django_db
LIST = b"Name,Email,Phone\nAna,ana@x.example,415 555 2671\nBo,nonsense,\n"


def send(caller, content=LIST, name="fair.csv", **texts):
    data = {"file": SimpleUploadedFile(name, content), **texts}
    answer = Client().post("/api/hub/imports", data, headers=caller.carried)
    assert_conforms(answer, "hub")
    return answer


def work():
    call_command("worker", once=True, queues="jobs")


@pytest.mark.django_db(transaction=True)
def test_a_file_is_imported_by_the_worker_and_taken_back():
    caller = hub()
    begun = send(caller, source="Fair", tags="VIP, Fair 2026")
    assert begun.status_code == 202 and begun.json()["state"] == "running"
    address = f"/api/hub/imports/{begun.json()['id']}"
    work()
    found = caller("GET", address).body
    assert (found["state"], found["read"], found["created"], found["refused"]) == ("finished", 2, 1, 1)
    assert found["causes"][0]["code"] == "invalid_email" and found["causes"][0]["first"] == 3
    lead = Lead.objects.get(workspace=caller.workspace)
    assert (lead.source, lead.assignee_type, str(lead.import_batch_id)) == (
        "Fair",
        "HUMAN_AGENT",
        found["id"],
    )
    assert {row.tag.name for row in lead.lead_tags.all()} == {"VIP", "Fair 2026"}
    refused = b"".join(Client().get(f"{address}/errors", headers=caller.carried).streaming_content)
    assert refused.decode("utf-8-sig").splitlines()[1].startswith("Bo,nonsense,,3,email,invalid_email,")

    assert send(caller).status_code == 409
    assert ImportBatch.objects.get(pk=found["id"]).storage_key == ""

    caller("POST", f"{address}/undo", {"dry_run": True})
    work()
    assert caller("GET", address).body["undo"]["removed"] == 1
    assert Lead.objects.filter(workspace=caller.workspace, deleted_at=None).exists()
    caller("POST", f"{address}/undo", {})
    work()
    assert caller("GET", address).body["state"] == "undone"
    assert not Lead.objects.filter(workspace=caller.workspace, deleted_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_and_a_cancelled_import_store_nothing():
    caller = hub()
    rehearsed = send(caller, dry_run="true").json()
    cancelled = send(caller).json()
    assert caller("POST", f"/api/hub/imports/{cancelled['id']}/cancel").status == 202
    work()
    shown = {one["id"]: one for one in caller("GET", "/api/hub/imports").body["data"]}
    assert shown[rehearsed["id"]]["created"] == 1 and shown[rehearsed["id"]]["dry_run"]
    assert not Lead.objects.filter(workspace=caller.workspace).exists()


def test_what_cannot_be_imported_is_refused_at_once():
    caller = hub()
    assert faults_of(send(caller, b"%PDF-1.7")) == {"file": "not_a_table"}
    assert faults_of(send(caller, on_match="perhaps", region="XX")) == {
        "on_match": "invalid_choice",
        "region": "invalid_choice",
    }
    assert faults_of(send(caller, mapping="columns: {Name: nmae}")) == {"columns.Name": "unknown_field"}
    assert send(caller, nonsense="x").status_code == 400
    assert Client().post("/api/hub/imports", {}, headers=caller.carried).status_code == 400
    assert not ImportBatch.objects.exists()


def faults_of(answer):
    assert answer.status_code == 400
    return {fault["field"]: fault["code"] for fault in answer.json()["errors"]}


def test_another_workspaces_import_is_not_there():
    mine, theirs = hub(), hub()
    make_lead(theirs.workspace, first_name="Ana")
    batch = ImportBatch.objects.create(workspace=theirs.workspace, name="theirs.csv")
    for answer in (
        mine("GET", f"/api/hub/imports/{batch.pk}"),
        mine("GET", f"/api/hub/imports/{batch.pk}/errors"),
        mine("POST", f"/api/hub/imports/{batch.pk}/undo", {}),
        mine("POST", f"/api/hub/imports/{batch.pk}/cancel"),
        mine("GET", "/api/hub/imports/nonsense"),
    ):
        assert answer.status == 404
    assert mine("GET", "/api/hub/imports").body["data"] == []
    assert hub(scopes=("read", "write"))("GET", "/api/hub/imports").status == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"Na\0me,Email\nA\0na,a@x.example\n", "list.csv"),
        (b"~4gx\0\x81V\nAna\n", "li\0st.csv"),
    ],
)
def test_what_no_database_takes_breaks_no_import(content, name):
    caller = hub()
    begun = send(caller, content, name)
    assert begun.status_code == 202
    work()
    assert caller("GET", f"/api/hub/imports/{begun.json()['id']}").body["state"] == "finished"
