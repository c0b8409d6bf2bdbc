"""`/metrics`: behind its token, and from the rows alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from leadhub.workspaces.clock import now
from leads.changes.endpoints import pause_endpoint
from leads.models import WebhookDelivery
from leads.outbox.jobs import enqueue
from tests.make import SYSTEM, make_workspace
from tests.outbox.make import claim, make_deliveries, make_endpoint

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-tests"


@pytest.fixture
def read(client, settings):
    settings.METRICS_TOKEN = TOKEN

    def read():
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return read


def test_without_a_token_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}ä"])
def test_the_wrong_token_opens_nothing(client, settings, header):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 401
    assert b"leadhub" not in answer.content


def test_the_age_of_the_oldest_due_row_is_told_per_queue(read):
    rows = make_deliveries(make_endpoint(make_workspace()), [uuid4(), uuid4()])
    WebhookDelivery.objects.filter(pk=rows[0].pk).update(due_at=now() - timedelta(seconds=90))
    enqueue(make_workspace(), "none", {})
    told = read()
    assert 90 <= told['leadhub_queue_oldest_due_seconds{queue="deliveries"}'] < 100
    assert told['leadhub_queue_due{queue="deliveries"}'] == 2
    assert told['leadhub_queue_due{queue="jobs"}'] == 1
    assert told["leadhub_outbound_held"] == 0


def test_what_is_at_hand_waiting_or_paused_is_not_overdue(read):
    workspace = make_workspace()
    lead = uuid4()
    make_deliveries(make_endpoint(workspace), [lead, lead])
    claim()
    paused = make_endpoint(workspace)
    make_deliveries(paused, [uuid4()])
    pause_endpoint(workspace, SYSTEM, paused.pk)
    told = read()
    assert told['leadhub_queue_due{queue="deliveries"}'] == 0
    assert told['leadhub_queue_oldest_due_seconds{queue="deliveries"}'] == 0
    assert told['leadhub_queue_open{queue="deliveries"}'] == 3
    assert told["leadhub_webhooks_paused"] == 1


def test_a_held_copy_is_told(read, settings):
    settings.OUTBOUND = "hold"
    assert read()["leadhub_outbound_held"] == 1


def test_metrics_take_a_few_statements_whatever_there_is(read, django_assert_max_num_queries):
    make_deliveries(make_endpoint(make_workspace()), [uuid4() for _number in range(50)])
    with django_assert_max_num_queries(16):
        read()
