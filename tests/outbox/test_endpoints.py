"""Webhooks as they are written: what is refused, what is told once, and what the audit keeps."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from leadhub.web.sealing import unseal
from leadhub.workspaces.models import WorkspaceEntry
from leads.change import Actor, ActorKind
from leads.changes import endpoints
from leads.changes.endpoints import (
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    disable_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
)
from leads.errors import Invalid, NotFound, Refused
from leads.models import WebhookDelivery, WebhookEndpoint
from tests.make import SYSTEM, make_key, make_lead, make_workspace
from tests.outbox.make import URL, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db
GOOD = {"name": "CRM", "url": URL, "events": ["lead.created"]}


def codes_of(refusal):
    return {problem.field: problem.code for problem in refusal.value.problems}


def test_a_webhook_has_a_secret_that_is_told_once_and_sealed():
    row, text = create_endpoint(make_workspace(), SYSTEM, GOOD)
    secret = base64.b64decode(text.removeprefix("whsec_"))
    assert (len(secret), unseal(row.secret)) == (32, secret)
    assert secret not in bytes(row.secret)
    [entry] = WorkspaceEntry.objects.filter(kind="webhook_saved")
    assert text not in json.dumps(entry.changes)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, {"name": "required", "url": "required", "events": "required"}),
        ({**GOOD, "events": []}, {"events": "required"}),
        ({**GOOD, "events": "lead.created"}, {"events": "required"}),
        ({**GOOD, "events": ["lead.vanished"]}, {"events": "invalid_choice"}),
        ({**GOOD, "events": [["lead.created"]]}, {"events": "invalid_choice"}),
        ({**GOOD, "url": "http://receiver.example/"}, {"url": "invalid_url"}),
        ({**GOOD, "url": "https://127.1/"}, {"url": "private_address"}),
        ({**GOOD, "url": 7}, {"url": "invalid_type"}),
        ({**GOOD, "name": "a\0b"}, {"name": "control_character"}),
        ({**GOOD, "echoes": "yes"}, {"echoes": "invalid_type"}),
        ({**GOOD, "api_key_id": uuid4()}, {"api_key_id": "not_found"}),
        ({**GOOD, "secret": "mine"}, {"secret": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_said_all_at_once(values, codes):
    with pytest.raises(Invalid) as refusal:
        create_endpoint(make_workspace(), SYSTEM, values)
    assert codes_of(refusal) == codes
    assert not WebhookEndpoint.objects.exists()


def test_a_key_of_another_workspace_is_not_found():
    stranger, _text = make_key(make_workspace())
    with pytest.raises(Invalid) as refusal:
        create_endpoint(make_workspace(), SYSTEM, {**GOOD, "api_key_id": str(stranger.pk)})
    assert codes_of(refusal) == {"api_key_id": "not_found"}


def test_made_by_a_key_it_belongs_to_that_key():
    workspace = make_workspace()
    key, _text = make_key(workspace)
    row, _secret = create_endpoint(workspace, Actor(ActorKind.KEY, "k", "hub", api_key_id=key.pk), GOOD)
    assert row.api_key_id == key.pk


def test_only_what_differs_is_changed_and_told():
    row = make_endpoint(make_workspace())
    change_endpoint(row.workspace, SYSTEM, row.pk, {"name": "New", "url": row.url})
    change_endpoint(row.workspace, SYSTEM, row.pk, {"name": "New"})
    row.refresh_from_db()
    assert row.name == "New"
    entries = WorkspaceEntry.objects.filter(kind="webhook_saved").order_by("-id")
    assert entries.count() == 2
    assert entries[0].changes == {f"/webhooks/{row.pk}/name": ["Receiver", "New"]}


def test_the_workers_counts_survive_a_change():
    row = make_endpoint(make_workspace())
    WebhookEndpoint.objects.update(failures=3)
    change_endpoint(row.workspace, SYSTEM, row.pk, {"name": "New"})
    row.refresh_from_db()
    assert row.failures == 3


def test_a_change_is_heard_at_once():
    workspace = make_workspace()
    row = make_endpoint(workspace, events=["lead.created"])
    make_lead(workspace)
    change_endpoint(workspace, SYSTEM, row.pk, {"events": ["lead.deleted"]})
    make_lead(workspace)
    assert WebhookDelivery.objects.count() == 1


def test_a_rotation_keeps_the_old_secret_for_its_time():
    row = make_endpoint(make_workspace())
    before = bytes(row.secret)
    row, text = rotate_secret(row.workspace, SYSTEM, row.pk, timedelta(hours=1))
    row.refresh_from_db()
    assert (bytes(row.old_secret), unseal(row.secret)) == (before, base64.b64decode(text[6:]))
    assert row.old_secret_until is not None
    [entry] = WorkspaceEntry.objects.filter(kind="webhook_rotated")
    assert text not in json.dumps(entry.changes)


def test_pausing_twice_keeps_the_first_time():
    row = make_endpoint(make_workspace())
    first = pause_endpoint(row.workspace, SYSTEM, row.pk, "A reason.").paused_at
    assert pause_endpoint(row.workspace, SYSTEM, row.pk, "Another.").paused_at == first
    row.refresh_from_db()
    assert row.paused_reason == "A reason."


def test_a_resumed_webhook_begins_with_a_clean_slate():
    row = make_endpoint(make_workspace())
    disable_endpoint(row.workspace, SYSTEM, row.pk, "Gone.")
    WebhookEndpoint.objects.update(failures=30)
    row = resume_endpoint(row.workspace, SYSTEM, row.pk)
    assert (row.disabled_at, row.failures, row.paused_reason) == (None, 0, "")
    make_lead(row.workspace)
    assert WebhookDelivery.objects.filter(state="due").count() == 1


def test_a_deleted_webhook_takes_its_log_along():
    row = make_endpoint(make_workspace())
    make_delivery(row)
    delete_endpoint(row.workspace, SYSTEM, row.pk)
    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)
    make_lead(row.workspace)
    assert WebhookDelivery.objects.count() == 0


def test_there_is_an_end_to_webhooks(monkeypatch):
    monkeypatch.setattr(endpoints, "MOST", 1)
    workspace = make_workspace()
    make_endpoint(workspace)
    with pytest.raises(Refused) as refusal:
        make_endpoint(workspace)
    assert refusal.value.reason == "too_many"


@pytest.mark.parametrize(
    "write",
    [
        lambda workspace, pk: change_endpoint(workspace, SYSTEM, pk, {"name": "Mine"}),
        lambda workspace, pk: rotate_secret(workspace, SYSTEM, pk),
        lambda workspace, pk: pause_endpoint(workspace, SYSTEM, pk),
        lambda workspace, pk: resume_endpoint(workspace, SYSTEM, pk),
        lambda workspace, pk: disable_endpoint(workspace, SYSTEM, pk, ""),
        lambda workspace, pk: delete_endpoint(workspace, SYSTEM, pk),
    ],
)
def test_a_webhook_of_another_workspace_is_not_found(write):
    row = make_endpoint(make_workspace())
    with pytest.raises(NotFound):
        write(make_workspace(), row.pk)
    row.refresh_from_db()
    assert row.name == "Receiver"
