"""Deliveries: what is claimed when, what one answer or another leads to, and that order is kept."""

from __future__ import annotations

import json
import socket
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import WorkspaceEntry
from leads.change import Actor, ActorKind, ById, LeadChange
from leads.changes import apply_change, transact
from leads.changes.endpoints import pause_endpoint, resume_endpoint, rotate_secret
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.outbox import lease, schedule
from leads.outbox.deliver import DeliveryQueue, attempt, settle
from tests.make import SYSTEM, make_key, make_lead, make_workspace
from tests.outbox.make import URL, as_due, claim, deliver, make_deliveries, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(receiver):
    return make_endpoint(make_workspace(), receiver.url)


def health_of(endpoint):
    return WebhookEndpoint.objects.get(pk=endpoint.pk)


# One delivery


def test_an_independent_reader_verifies_what_a_change_sends(receiver, endpoint):
    lead = make_lead(endpoint.workspace, first_name="Ann", email="ann@x.org")
    rows = deliver()

    [(headers, body)] = receiver.received
    message = Webhook(endpoint.told_secret).verify(body, headers)
    assert message["type"] == "lead.created"
    assert message["data"]["leadId"] == str(lead.pk)
    assert message["data"]["changes"]["email"] == [None, "ann@x.org"]
    assert headers["webhook-id"] == str(rows[0].event_id)
    assert (rows[0].state, rows[0].status, rows[0].lease_owner) == ("done", 200, "")


def test_the_id_stays_over_attempts_and_the_time_does_not(receiver, endpoint):
    receiver.answers = [500]
    delivery = make_delivery(endpoint)
    deliver()
    as_due(delivery)
    time.sleep(1.1)
    deliver()

    (first, body), (second, again) = receiver.received
    assert first["webhook-id"] == second["webhook-id"]
    assert int(first["webhook-timestamp"]) < int(second["webhook-timestamp"])
    assert body == again


def test_while_a_rotation_lasts_both_secrets_verify(receiver, endpoint):
    _row, new = rotate_secret(endpoint.workspace, SYSTEM, endpoint.pk)
    make_delivery(endpoint)
    deliver()

    [(headers, body)] = receiver.received
    assert Webhook(endpoint.told_secret).verify(body, headers) == Webhook(new).verify(body, headers)
    assert headers["webhook-signature"].count("v1,") == 2


def test_after_a_rotation_the_old_secret_signs_no_more(receiver, endpoint):
    rotate_secret(endpoint.workspace, SYSTEM, endpoint.pk, timedelta(0))
    make_delivery(endpoint)
    deliver()

    [(headers, body)] = receiver.received
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(endpoint.told_secret).verify(body, headers)


def test_a_large_event_names_what_changed_and_keeps_the_values(receiver, endpoint):
    lead = make_lead(endpoint.workspace, metadata={"a": "x" * 30_000, "b": 1})
    deliver()

    data = json.loads(receiver.received[0][1])["data"]
    assert "changes" not in data
    assert {"/metadata/a", "/metadata/b"} <= set(data["changed"])
    assert data["leadId"] == str(lead.pk)


# Answers


@pytest.mark.parametrize("status", [199, 301, 302, 307, 400, 404, 500, 503])
def test_all_but_a_2xx_is_a_failure_and_tried_again(receiver, endpoint, status):
    receiver.answers = [(status, {"Location": receiver.url}, b"no")]
    make_delivery(endpoint)
    [row] = deliver()

    assert (row.state, row.status, row.attempt) == ("due", status, 1)
    assert timedelta(seconds=4) < row.due_at - now() < timedelta(seconds=6)
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_2xx_is_a_success(receiver, endpoint, status):
    receiver.answers = [(status, {}, b"")]
    make_delivery(endpoint)
    [row] = deliver()
    assert (row.state, row.status) == ("done", status)


def test_the_schedule_is_followed_and_then_it_is_given_up(receiver, endpoint):
    receiver.answer = lambda *_request: 500
    delivery = make_delivery(endpoint)
    waits = []
    for number in range(len(schedule.DELIVERY)):
        WebhookEndpoint.objects.update(retry_at=None, failures=0)
        [row] = deliver()
        assert row.attempt == number + 1
        waits.append(row.due_at and (row.due_at - now()).total_seconds())
        as_due(delivery)

    for waited, planned in zip(waits[:-1], schedule.DELIVERY[1:], strict=True):
        assert planned * 0.85 - 1 < waited < planned * 1.15 + 1
    assert waits[-1] is None
    assert (row.state, len(row.attempts)) == ("dead", 10)
    assert row.finished_at is not None
    assert row.last_error == "The receiver answered 500."


def test_410_disables_the_endpoint_and_gives_up_what_waits(receiver, endpoint):
    receiver.answers = [410]
    first, second = make_deliveries(endpoint, [uuid4(), uuid4()])
    deliver(room=1)

    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert {row.state for row in WebhookDelivery.objects.all()} == {"dead"}
    make_lead(endpoint.workspace)
    assert WebhookDelivery.objects.count() == 2
    assert WorkspaceEntry.objects.filter(kind="webhook_disabled", actor_name="worker").count() == 1


@pytest.mark.parametrize("header", ["120", None])
def test_retry_after_is_honoured_for_the_delivery_and_the_endpoint(receiver, endpoint, header):
    header = header or (now() + timedelta(seconds=120)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    receiver.answers = [(429, {"Retry-After": header}, b"")]
    make_deliveries(endpoint, [uuid4(), uuid4()])
    [row] = deliver(room=1)

    assert timedelta(seconds=110) < row.due_at - now() <= timedelta(seconds=121)
    assert claim() == []


def test_nothing_but_sense_is_taken_from_retry_after():
    moment = now()
    for nonsense in [None, "", "soon", "-5", "1e9", "Mon, 01 Jan 2001 00:00:00 GMT", "٣"]:
        assert schedule.asked_to_wait(nonsense, moment) is None
    assert schedule.asked_to_wait("999999999999", moment) == moment + schedule.LONGEST_WAIT


def test_nobody_listening_is_a_failure_with_a_reason(endpoint):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        WebhookEndpoint.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
    make_delivery(endpoint)
    [row] = deliver()
    assert (row.state, row.status) == ("due", None)
    assert "127.0.0.1 refuses connections" in row.last_error


def test_a_secret_that_cannot_be_opened_is_said(receiver, endpoint):
    WebhookEndpoint.objects.update(secret=b"\x02v9nonsense")
    make_delivery(endpoint)
    [row] = deliver()
    assert "rotate it" in row.last_error
    assert receiver.received == []


def test_the_log_keeps_request_and_answer_without_secrets_and_persons(receiver, endpoint):
    echo = f"{endpoint.told_secret} told ann@x.org".encode() + b"x" * 5000 + b"\0"
    receiver.answers = [(500, {}, echo), 200]
    delivery = make_delivery(endpoint)
    deliver()
    as_due(delivery)
    [row] = deliver()

    first, second = row.attempts
    assert (first["attempt"], first["status"], second["status"]) == (1, 500, 200)
    assert len(first["answer"]) <= 1000
    assert endpoint.told_secret not in json.dumps(row.attempts)
    assert "ann@x.org" not in first["answer"]
    assert first["request"]["webhook-signature"] == "v1,…"
    assert row.duration_ms is not None


# Whose turn it is


def test_deliveries_of_one_lead_go_one_after_the_other(receiver, endpoint):
    lead = uuid4()
    first, second = make_deliveries(endpoint, [lead, lead])
    assert [row.pk for row in claim()] == [first.pk]
    assert claim(owner="two") == []


def test_a_later_one_waits_for_an_earlier_one_that_failed(receiver, endpoint):
    lead = uuid4()
    first, second = make_deliveries(endpoint, [lead, lead])
    receiver.answers = [500]
    deliver()
    assert claim() == []

    as_due(first)
    assert [row.pk for row in deliver()] == [first.pk]
    assert [row.pk for row in deliver()] == [second.pk]


def test_a_poison_event_holds_up_its_lead_for_an_hour_at_most(receiver, endpoint):
    lead = uuid4()
    first, second = make_deliveries(endpoint, [lead, lead], created_at=now() - timedelta(minutes=61))
    receiver.answers = [500]
    deliver()
    assert [row.pk for row in claim()] == [second.pk]


def test_other_leads_and_other_endpoints_do_not_wait(receiver, endpoint):
    other = make_endpoint(endpoint.workspace, receiver.url)
    lead = uuid4()
    receiver.answers = [500]
    make_deliveries(endpoint, [lead, lead])
    deliver()
    elsewhere, _second = make_deliveries(other, [lead, lead])
    another = make_delivery(endpoint)
    assert {row.pk for row in claim()} == {elsewhere.pk, another.pk}


def test_what_concerns_no_lead_waits_for_nothing(receiver, endpoint):
    make_deliveries(endpoint, [None, None])
    assert len(claim()) == 2


def test_one_endpoint_never_takes_all_of_a_workers_room(receiver, endpoint):
    other = make_endpoint(endpoint.workspace, receiver.url)
    make_deliveries(endpoint, [uuid4() for _number in range(20)])
    assert len(claim(room=8)) == 6
    make_deliveries(other, [uuid4() for _number in range(20)])
    held = WebhookDelivery.objects.filter(lease_owner="one")
    assert {row.endpoint_id for row in DeliveryQueue().claim("one", 2, list(held))} == {other.pk}


# Breaker and pause


def test_after_five_failures_an_endpoint_rests_and_is_then_tried_with_one(receiver, endpoint):
    receiver.answer = lambda *_request: 500
    make_deliveries(endpoint, [uuid4() for _number in range(9)])
    deliver(room=5)  # three at once, then one at a time: 3/4 of five
    deliver(room=5)

    resting = health_of(endpoint)
    assert resting.failures == 6
    assert resting.retry_at > now()
    assert claim() == []

    WebhookEndpoint.objects.update(retry_at=now() - timedelta(seconds=1))
    assert len(claim()) == 1
    assert claim(owner="two") == []


def test_an_endpoint_that_is_back_gets_all_that_waited_in_order(receiver, endpoint):
    lead = uuid4()
    rows = make_deliveries(endpoint, [lead] * 3, created_at=now() - timedelta(hours=9))
    moment = now()
    WebhookDelivery.objects.filter(pk=rows[0].pk).update(due_at=moment + timedelta(hours=5), attempt=6)
    make_delivery(endpoint)
    WebhookEndpoint.objects.update(failures=30, failing_since=moment, retry_at=moment - timedelta(seconds=1))
    WebhookDelivery.objects.filter(pk__in=[rows[1].pk, rows[2].pk]).update(due_at=moment)

    deliver()
    assert health_of(endpoint).failures == 0
    sent = [row.pk for _round in range(4) for row in deliver()]
    assert [pk for pk in sent if pk in {rows[0].pk, rows[2].pk}] == [rows[0].pk, rows[2].pk]
    assert not WebhookDelivery.objects.exclude(state="done").exists()


def test_endless_failure_pauses_with_a_reason_and_keeps_what_waits(receiver, endpoint):
    receiver.answers = [500]
    WebhookEndpoint.objects.update(
        failures=25, failing_since=now() - timedelta(days=3, minutes=1), retry_at=now() - timedelta(seconds=1)
    )
    make_deliveries(endpoint, [uuid4(), uuid4()])
    deliver()

    paused = health_of(endpoint)
    assert paused.paused_at is not None
    assert "Nothing was taken since" in paused.paused_reason
    make_lead(endpoint.workspace)
    assert claim() == []

    resume_endpoint(endpoint.workspace, SYSTEM, endpoint.pk)
    assert len(claim()) == 3


def test_a_single_poison_event_pauses_nothing(receiver, endpoint):
    receiver.answers = [500]
    WebhookEndpoint.objects.update(failures=9, failing_since=now() - timedelta(days=4))
    make_delivery(endpoint, attempt=9)
    [row] = deliver()
    assert row.state == "dead"
    assert health_of(endpoint).paused_at is None


def test_a_pause_keeps_and_a_resume_sends(receiver, endpoint):
    pause_endpoint(endpoint.workspace, SYSTEM, endpoint.pk, "Moving house.")
    make_lead(endpoint.workspace)
    assert claim() == []
    resume_endpoint(endpoint.workspace, SYSTEM, endpoint.pk)
    assert len(deliver()) == 1
    assert len(receiver.received) == 1


# Leases


def test_a_lost_lease_has_no_say(receiver, endpoint):
    delivery = make_delivery(endpoint)
    [slow] = claim()
    WebhookDelivery.objects.update(due_at=now(), lease_until=now() - timedelta(seconds=1))
    [fresh] = claim(owner="two")
    assert (slow.attempt, fresh.attempt) == (1, 2)

    settle(slow, attempt(slow))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.lease_owner) == ("due", "two")
    assert lease.finish(fresh, state="done")


def test_what_kills_its_worker_every_time_is_given_up(receiver, endpoint):
    delivery = make_delivery(endpoint, attempt=len(schedule.DELIVERY))
    deliver()
    delivery.refresh_from_db()
    assert delivery.state == "dead"
    assert receiver.received == []


def test_an_error_of_ours_does_not_count_against_the_endpoint(receiver, endpoint):
    make_delivery(endpoint)
    [row] = claim()
    DeliveryQueue().fail(row, KeyError("name"))
    row.refresh_from_db()
    assert (row.state, row.lease_owner) == ("due", "")
    assert "KeyError" in row.last_error
    assert health_of(endpoint).failures == 0


# Who hears what


def test_a_writer_does_not_hear_its_own_echo(receiver):
    workspace = make_workspace()
    key, _text = make_key(workspace)
    other, _text = make_key(workspace)
    mine = make_endpoint(workspace, receiver.url, api_key_id=key.pk)
    echoing = make_endpoint(workspace, receiver.url, api_key_id=key.pk, echoes=True)
    lead = make_lead(workspace, Actor(ActorKind.KEY, "key", "hub", api_key_id=key.pk))
    assert {row.endpoint_id for row in WebhookDelivery.objects.all()} == {echoing.pk}

    by_another = Actor(ActorKind.KEY, "other", "hub", api_key_id=other.pk)
    apply_change(workspace, by_another, ById(lead.pk), LeadChange(fields={"first_name": "Ann"}))
    assert WebhookDelivery.objects.filter(endpoint=mine).count() == 1


def test_test_leads_are_told_only_where_wanted():
    workspace = make_workspace()
    make_endpoint(workspace)
    wanting = make_endpoint(workspace, with_test_leads=True)
    make_lead(workspace, Actor(ActorKind.SYSTEM, "test", "command", tests=True))
    assert {row.endpoint_id for row in WebhookDelivery.objects.all()} == {wanting.pk}


def test_a_change_that_rolls_back_tells_nobody():
    workspace = make_workspace()
    make_endpoint(workspace, URL)
    transact(lambda: make_lead(workspace), dry_run=True)
    assert WebhookDelivery.objects.count() == 0
