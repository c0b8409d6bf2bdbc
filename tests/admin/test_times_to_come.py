"""What a member plans lies ahead, wherever it is said; machines and files may tell of what was planned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from leadhub.workspaces.clock import now
from leads.change import Actor, ActorKind, ById, CallLog, DispositionWish, LeadChange
from leads.changes import apply_change, undo_entry
from leads.changes.actions import plan_action, reschedule_action
from leads.errors import Invalid
from leads.models import Action, ActionStatus, Entry, Lead
from tests.make import SYSTEM, make_lead, make_user_actor

pytestmark = pytest.mark.django_db
OVER = "This time is over; choose one to come."
PAST, AHEAD = "2020-01-01T10:00", "2099-01-01T10:00"
STEP = datetime(2098, 1, 1, tzinfo=UTC)

# Each form that takes a time, and what is sent besides.
DOORS = {
    "work_call": {"outcome": "callback", "when": "at"},
    "work_done": {"outcome": "sent", "when": "at"},
    "work_snooze": {"when": "at"},
    "work_dispose": {"outcome": "follow_up", "when": "at"},
    "lead_status": {"outcome": "follow_up", "when": "at", "kind": "task"},
    "lead_call": {"outcome": "callback"},
    "lead_plan": {"kind": "CALL", "summary": "Ring back"},
    "lead_put_off": {},
}


def make_planned(workspace, agent):
    lead = make_lead(workspace, first_name="Ana", assignee=agent.pk)
    plan_action(workspace, SYSTEM, ById(lead.pk), kind="TASK", at=STEP, summary="Offer")
    return lead


def send(client, lead, door, at):
    action = Action.objects.get(lead=lead, summary="Offer").pk
    form = {"version": str(lead.version), "action": str(action), **DOORS[door], "at": at}
    return client.post(reverse(f"admin:{door}", args=[lead.pk]), form)


@pytest.mark.django_db(transaction=True)  # what is written before the refusal must be taken back
@pytest.mark.parametrize("door", DOORS)
def test_a_time_that_is_over_is_refused_in_the_same_words_and_nothing_is_written(client, desk, door):
    lead = make_planned(*desk)
    lead.refresh_from_db()
    before = Entry.objects.count()

    refused = send(client, lead, door, PAST)

    assert (refused.status_code, Entry.objects.count()) == (422, before)
    page = refused.content.decode()
    assert OVER in page
    assert f'value="{PAST}"' in page
    assert Action.objects.get(lead=lead).status == ActionStatus.PENDING
    assert send(client, lead, door, AHEAD).status_code == 302
    assert Action.objects.filter(lead=lead, scheduled_at__year=2099).exists()


@pytest.mark.parametrize("door", ["lead_call", "lead_plan", "lead_put_off"])
def test_what_was_typed_beside_a_time_that_is_over_is_kept_too(client, desk, door):
    """Read again by another clock, a time that is mended would be a wrong one."""
    workspace, agent = desk
    lead = make_lead(workspace, phone="+12135550137", assignee=agent.pk)
    action = plan_action(workspace, SYSTEM, ById(lead.pk), kind="TASK", at=STEP, summary="Offer").pk
    sent = {**DOORS[door], "action": str(action), "kind": "TASK", "at": PAST, "whose": "theirs"}

    page = client.post(reverse(f"admin:{door}", args=[lead.pk]), sent).content.decode()

    assert page.count('<option value="theirs" selected>') == 1
    assert ('<option value="TASK" selected>' in page) == (door == "lead_plan")


def test_a_lead_with_nothing_planned_is_not_put_off_into_the_past(client, desk):
    workspace, agent = desk
    lead = make_lead(workspace, assignee=agent.pk)

    for at, status in ((PAST, 422), (AHEAD, 302)):
        answer = client.post(reverse("admin:work_snooze", args=[lead.pk]), {"when": "at", "at": at})
        assert answer.status_code == status

    assert Lead.objects.get(pk=lead.pk).next_action_at.year == 2099


# What is written, with the field that is blamed.
WRITES = {
    "call.next_at": lambda at: {"call": CallLog("callback", next_at=at)},
    "disposition.callback_at": lambda at: {
        "disposition": DispositionWish("follow_up", words={"callback_at": at})
    },
    "disposition.task_due_at": lambda at: {
        "disposition": DispositionWish("follow_up", words={"task_due_at": at})
    },
    "next_action_at": lambda at: {"fields": {"next_action_at": at}},
}


@pytest.mark.parametrize("field", WRITES)
@pytest.mark.parametrize("kind", [ActorKind.KEY, ActorKind.IMPORT, ActorKind.SYSTEM])
def test_a_member_hears_one_code_and_machines_tell_of_what_was(desk, field, kind):
    workspace, agent = desk
    lead = make_lead(workspace, assignee=agent.pk)
    change = LeadChange(**WRITES[field](now() - timedelta(hours=2)))

    with pytest.raises(Invalid) as refusal:
        apply_change(workspace, make_user_actor(agent), ById(lead.pk), change)

    assert [(one.field, one.code) for one in refusal.value.problems] == [(field, "in_the_past")]
    assert apply_change(workspace, Actor(kind, "a machine", "hub"), ById(lead.pk), change).changed


def test_a_step_is_neither_planned_for_the_past_nor_moved_there_by_a_member(desk):
    workspace, agent = desk
    lead, member, past = make_planned(workspace, agent), make_user_actor(agent), now() - timedelta(minutes=1)
    action = Action.objects.get(lead=lead)

    for work in (
        lambda actor: plan_action(workspace, actor, ById(lead.pk), kind="CALL", at=past, summary="Call"),
        lambda actor: reschedule_action(workspace, actor, action.pk, at=past),
    ):
        with pytest.raises(Invalid) as refusal:
            work(member)
        assert [(one.field, one.code) for one in refusal.value.problems] == [("at", "in_the_past")]
        assert work(SYSTEM).scheduled_at < now()


def test_an_undo_gives_back_a_time_that_is_over_by_now(desk):
    workspace, agent = desk
    lead = make_lead(workspace, assignee=agent.pk)
    past = now() - timedelta(days=2)
    action = plan_action(workspace, SYSTEM, ById(lead.pk), kind="CALL", at=past, summary="Call")
    member = make_user_actor(agent)
    reschedule_action(workspace, member, action.pk, at=now() + timedelta(days=1))
    moved = Entry.objects.filter(lead=lead).latest("id")

    assert undo_entry(workspace, member, ById(lead.pk), moved.pk).undone

    assert (
        Lead.objects.get(pk=lead.pk).next_action_at == Action.objects.get(pk=action.pk).scheduled_at < now()
    )
