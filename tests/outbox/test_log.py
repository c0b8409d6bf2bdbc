"""What we told whom about a lead; sending again; sending a test."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook

from leads.changes.endpoints import disable_endpoint, pause_endpoint
from leads.errors import NotFound, Refused
from leads.models import WebhookDelivery
from leads.outbox.log import (
    counts_of,
    deliveries_of_endpoint,
    deliveries_of_lead,
    find_delivery,
    replay,
    replay_failed,
    send_test,
)
from tests.make import SYSTEM, make_lead, make_workspace
from tests.outbox.make import claim, deliver, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(receiver):
    return make_endpoint(make_workspace(), receiver.url)


def test_what_was_told_of_a_lead(endpoint):
    lead = make_lead(endpoint.workspace)
    make_lead(endpoint.workspace)
    deliver()
    [row] = deliveries_of_lead(endpoint.workspace, lead.pk)
    assert (row.endpoint.name, row.event.kind, row.status) == ("Receiver", "lead.created", 200)
    assert deliveries_of_lead(make_workspace(), lead.pk) == []


def test_the_log_of_an_endpoint_is_paged(endpoint):
    rows = [make_delivery(endpoint) for _number in range(3)]
    page = deliveries_of_endpoint(endpoint.workspace, endpoint.pk, limit=2)
    assert [row.pk for row in page] == [rows[2].pk, rows[1].pk]
    rest = deliveries_of_endpoint(endpoint.workspace, endpoint.pk, before=page[-1].pk)
    assert [row.pk for row in rest] == [rows[0].pk]
    assert deliveries_of_endpoint(endpoint.workspace, endpoint.pk, state="dead") == []
    assert counts_of(endpoint.workspace, endpoint.pk) == {"due": 3}


def test_one_is_sent_again_under_its_id(receiver, endpoint):
    delivery = make_delivery(endpoint)
    deliver()
    assert replay(endpoint.workspace, delivery.pk).state == "due"
    [row] = deliver()
    assert (row.state, [line["attempt"] for line in row.attempts]) == ("done", [1, 1])
    assert (row.numbers, row.tried) == ([1, 2], 2)
    assert len({headers["webhook-id"] for headers, _body in receiver.received}) == 1


def test_attempts_are_numbered_through_however_often_it_is_sent_again_and_whichever_are_dropped(
    receiver, endpoint
):
    delivery = make_delivery(endpoint)
    for _round in range(23):
        deliver()
        replay(endpoint.workspace, delivery.pk)
    row = WebhookDelivery.objects.get()
    assert (row.numbers, row.tried) == (list(range(4, 24)), 23)


def test_rounds_of_before_they_were_numbered_are_told_apart(endpoint):
    lines = [{"attempt": own} for own in (1, 2, 1)]
    row = make_delivery(endpoint, state="due", attempt=2, attempts=lines)
    assert (row.numbers, row.tried) == ([1, 2, 3], 4)


def test_all_failed_are_sent_again(receiver, endpoint):
    make_delivery(endpoint, state="dead", attempt=10)
    make_delivery(endpoint, state="dead", attempt=10)
    make_delivery(endpoint, state="done", attempt=1)
    assert replay_failed(endpoint.workspace, endpoint.pk) == 2
    assert len(deliver()) == 2
    assert replay_failed(endpoint.workspace, endpoint.pk) == 0


def test_what_is_at_hand_is_not_disturbed_by_a_replay(endpoint):
    delivery = make_delivery(endpoint)
    [held] = claim()
    replay(endpoint.workspace, delivery.pk)
    assert WebhookDelivery.objects.get().lease_owner == held.lease_owner


def test_nothing_is_replayed_to_a_disabled_endpoint(endpoint):
    delivery = make_delivery(endpoint)
    disable_endpoint(endpoint.workspace, SYSTEM, endpoint.pk, "Gone.")
    for again in (
        lambda: replay(endpoint.workspace, delivery.pk),
        lambda: replay_failed(endpoint.workspace, endpoint.pk),
        lambda: send_test(endpoint.workspace, endpoint.pk),
    ):
        with pytest.raises(Refused):
            again()


def test_a_test_is_sent_and_signed_like_everything_else(receiver, endpoint):
    delivery = send_test(endpoint.workspace, endpoint.pk)
    deliver()
    [(headers, body)] = receiver.received
    assert Webhook(endpoint.told_secret).verify(body, headers) == json.loads(body)
    assert json.loads(body)["type"] == "webhook.test"
    assert find_delivery(endpoint.workspace, delivery.pk).status == 200


def test_a_test_does_not_wait_in_silence_while_nothing_is_sent(endpoint):
    pause_endpoint(endpoint.workspace, SYSTEM, endpoint.pk)
    with pytest.raises(Refused) as refusal:
        send_test(endpoint.workspace, endpoint.pk)
    assert refusal.value.reason == "paused" and not WebhookDelivery.objects.exists()


def test_a_delivery_of_another_workspace_is_not_found(endpoint):
    delivery = make_delivery(endpoint)
    stranger = make_workspace()
    for look in (find_delivery, replay):
        with pytest.raises(NotFound):
            look(stranger, delivery.pk)
    with pytest.raises(NotFound):
        replay_failed(stranger, endpoint.pk)
