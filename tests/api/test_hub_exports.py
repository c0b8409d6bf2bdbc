"""Exports by the native API: begun, written by the worker, fetched; and to whom they are not given."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import WorkspaceEntry
from leads.models import Job
from leads.outbox.jobs import JobQueue
from tests.api.hub import faults, hub
from tests.make import make_lead
from tests.outbox.make import Idle

pytestmark = pytest.mark.django_db
PLACE = "/api/hub/exports"


@pytest.mark.django_db(transaction=True)
def test_the_leads_of_some_filters_are_written_by_the_worker_and_fetched():
    caller = hub()
    make_lead(caller.workspace, first_name="Ana", source="fair")
    make_lead(caller.workspace, first_name="Ana", source="web")
    make_lead(caller.workspace, first_name="Ben", source="fair")
    make_lead(hub().workspace, first_name="Ana", source="fair")
    filters = {"source": ["fair", "desk"], "search": "ana", "has_next_action": False}
    begun = caller("POST", PLACE, {"format": "jsonl", "filters": filters})
    assert (begun.status, begun.body["state"], begun.body["file"]) == (202, "running", None)
    place = f"{PLACE}/{begun.body['id']}"
    assert caller("GET", f"{place}/file").status == 404

    call_command("worker", once=True, queues="jobs")

    shown = caller("GET", place).body
    assert (shown["state"], shown["leads"], shown["error"]) == ("finished", 1, None)
    fetched = Client().get(shown["file"], headers=caller.carried)
    assert (fetched.status_code, fetched["Content-Type"]) == (200, "application/x-ndjson")
    text = b"".join(fetched.streaming_content).decode()
    assert '"Ana"' in text and '"fair"' in text and text.count("\n") == 1
    assert WorkspaceEntry.objects.get(kind="leads_exported").door == "hub"


def test_only_a_key_for_the_workspace_as_a_whole_exports():
    assert hub(scopes=("read", "write", "delete"))("POST", PLACE, {}).status == 403
    assert hub(test=True)("POST", PLACE, {}).status == 403
    mine, theirs = hub(), hub()
    place = f"{PLACE}/{theirs('POST', PLACE, {}).body['id']}"
    for address in (place, f"{place}/file", f"{PLACE}/nonsense"):
        assert mine("GET", address).status == 404
    # One that is revoked before the worker comes to it writes nothing.
    theirs.key.revoked_at = now()
    theirs.key.save()
    (job,) = JobQueue().claim("one", 10, [])
    JobQueue().work(job, Idle())
    assert "may not export" in Job.objects.get().output["refused"]


def test_what_cannot_be_exported_is_refused_at_once():
    caller = hub()
    wrong = {"filters": {"sorce": "fair", "value_from": "much", "archived": "perhaps"}}
    assert faults(caller("POST", PLACE, wrong)) == {
        "filters.sorce": "unknown_field",
        "filters.value_from": "invalid_number",
        "filters.archived": "invalid_choice",
    }
    assert faults(caller("POST", PLACE, {"format": "pdf"})) == {"format": "invalid_choice"}
    assert faults(caller("POST", PLACE, {"filters": {"assignee": "me"}})) == {
        "filters.assignee": "invalid_choice"
    }
    assert faults(caller("POST", PLACE, {"filters": {"search": {"a": 1}}})) == {
        "filters.search": "invalid_type"
    }
    assert faults(caller("POST", PLACE, {"filters": []})) == {"filters": "invalid_type"}
    assert not Job.objects.exists()
