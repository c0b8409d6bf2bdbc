"""The feed of events: in order, without gaps, for thirty days."""

from __future__ import annotations

from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pytest
from django.db import connection, transaction

from leadhub.workspaces.clock import now
from leads.change import Actor, ActorKind
from leads.changes.events import announce
from leads.models import Event, WebhookDelivery
from leads.outbox import events
from leads.outbox.events import events_after, first_id_of, moment_of, reaches_back_to, show_event
from leads.outbox.log import send_test
from leads.outbox.upkeep import prune_events
from tests.make import SYSTEM, make_lead, make_workspace
from tests.outbox.make import make_endpoint


@pytest.fixture
def _no_slack(monkeypatch):
    """The clock of the tests is the clock of the database."""
    monkeypatch.setattr(events, "_SLACK", timedelta(0))


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_slack")
def test_the_feed_goes_on_where_one_left_off():
    workspace = make_workspace()
    leads = [make_lead(workspace) for _number in range(3)]
    make_lead(make_workspace())

    first = events_after(workspace, None, 2)
    rest = events_after(workspace, first[-1].pk, 2)
    assert [event.lead_id for event in first + rest] == [lead.pk for lead in leads]
    assert events_after(workspace, rest[-1].pk, 2) == []
    shown = show_event(first[0])
    assert (shown["id"], shown["type"]) == (str(first[0].pk), "lead.created")
    assert shown["data"]["leadId"] == str(leads[0].pk)


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_slack")
def test_the_feed_tells_a_live_key_nothing_of_test_leads():
    workspace = make_workspace()
    live = make_lead(workspace)
    tested = make_lead(workspace, Actor(ActorKind.SYSTEM, "t", "command", tests=True))
    send_test(workspace, make_endpoint(workspace).pk)
    told = {
        tests: [row.lead_id for row in events_after(workspace, None, 9, tests=tests)]
        for tests in (0, 1, None)
    }
    assert told == {0: [live.pk], 1: [tested.pk], None: [live.pk, tested.pk]}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_no_slack")
def test_an_event_is_not_shown_while_an_earlier_one_may_yet_appear():
    workspace = make_workspace()
    written, may_commit = Signal(), Signal()

    def write_slowly():
        with transaction.atomic():
            make_lead(workspace, first_name="Slow")
            written.set()
            may_commit.wait(10)
        connection.close()

    slow = Thread(target=write_slowly)
    slow.start()
    written.wait(10)
    make_lead(workspace, first_name="Quick")
    assert events_after(workspace, None, 9) == []
    may_commit.set()
    slow.join()
    names = [event.payload["changes"]["first_name"][1] for event in events_after(workspace, None, 9)]
    assert names == ["Slow", "Quick"]


def test_an_id_knows_its_moment():
    moment = now()
    assert moment_of(first_id_of(moment)) == moment
    assert reaches_back_to(first_id_of(moment - timedelta(days=29)))
    assert not reaches_back_to(first_id_of(moment - timedelta(days=31)))


@pytest.mark.django_db
def test_events_and_what_was_sent_of_them_are_forgotten_after_thirty_days():
    workspace = make_workspace()
    endpoint = make_endpoint(workspace)
    old = [
        Event.objects.create(
            id=first_id_of(now() - timedelta(days=30, seconds=number + 1)),
            workspace=workspace,
            kind="lead.updated",
        )
        for number in range(5)
    ]
    WebhookDelivery.objects.create(workspace=workspace, endpoint=endpoint, event=old[0], state="done")
    make_lead(workspace)

    assert prune_events(batch=2) == 5
    assert Event.objects.count() == WebhookDelivery.objects.count() == 1
    assert prune_events() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("_no_slack")
def test_what_is_no_single_leads_is_announced_too():
    workspace = make_workspace()
    wanting = make_endpoint(workspace, events=["import.finished"])
    make_endpoint(workspace, events=["lead.created"])
    event = announce(workspace, SYSTEM, "import.finished", {"rows": 3})
    assert [row.endpoint_id for row in WebhookDelivery.objects.filter(event=event)] == [wanting.pk]
    [shown] = map(show_event, events_after(workspace, None, 9))
    assert (shown["type"], shown["data"]["rows"], "leadId" in shown["data"]) == ("import.finished", 3, False)
