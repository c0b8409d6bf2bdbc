"""Planned actions and drafts: what they put on a lead, what they tell, what they refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadhub.workspaces.clock import at, now
from leads.change import Actor, ActorKind, ById
from leads.changes.actions import plan_action
from leads.changes.messages import add_draft
from leads.errors import Invalid, NotFound
from leads.models import Action, Entry, Lead, Message
from tests.make import make_key, make_lead, make_member, make_workspace

pytestmark = pytest.mark.django_db
MOMENT = datetime(2025, 3, 3, 15, 0, tzinfo=UTC)
DUE = datetime(2099, 3, 3, 15, 0, tzinfo=UTC)


@pytest.fixture
def workspace():
    return make_workspace()


@pytest.fixture
def agent(workspace):
    user = make_member(workspace)
    return Actor(ActorKind.USER, "Ana Ruiz", "admin", user_id=user.pk, tests=False)


@pytest.fixture
def lead(workspace):
    return make_lead(workspace, first_name="Ben", time_zone="America/Chicago")


def plan(workspace, actor, lead, **words):
    defaults = {"kind": "TASK", "at": DUE, "summary": "Send the contract"}
    return plan_action(workspace, actor, ById(lead.pk), **{**defaults, **words})


def draft(workspace, actor, lead, **words):
    defaults = {"channel": "EMAIL", "subject": "Two things", "body": "Hello Ben,\nplease send them."}
    return add_draft(workspace, actor, ById(lead.pk), **{**defaults, **words})


def test_a_task_is_put_on_a_lead(workspace, agent, lead):
    action = plan(workspace, agent, lead)
    action.refresh_from_db()
    assert (action.kind, action.status, action.summary, action.scheduled_at) == (
        "TASK",
        "PENDING",
        "Send the contract",
        DUE,
    )
    assert (action.assignee_id, action.actor_name, action.door, action.agreed_zone) == (
        agent.user_id,
        "Ana Ruiz",
        "admin",
        "America/Chicago",
    )


def test_it_is_told_once(workspace, agent, lead):
    action = plan(workspace, agent, lead, input={"amount": 5})
    entry = Entry.objects.get(lead=lead, version=2)
    assert (entry.kind, entry.summary, entry.action_id) == ("planned", "Send the contract", action.pk)
    assert entry.input == {"kind": "TASK", "at": "2099-03-03T15:00:00.000Z", "amount": 5}
    assert Lead.objects.get().version == 2


def test_the_next_step_is_the_earliest_one_by_hand(workspace, agent, lead):
    for days in (3, 1, 2):
        plan(workspace, agent, lead, at=DUE + timedelta(days=days))
    plan(workspace, agent, lead, kind="FOLLOW_UP_MESSAGE", at=DUE)
    assert Lead.objects.get().next_action_at == DUE + timedelta(days=1)
    assert Action.objects.filter(lead=lead, status="PENDING").count() == 4


@pytest.mark.parametrize(
    ("words", "field", "code"),
    [
        ({"kind": "DANCE"}, "kind", "invalid_choice"),
        ({"kind": "TOOL_CALL"}, "kind", "invalid_choice"),
        ({"at": "tomorrow"}, "at", "invalid_date"),
        ({"at": None}, "at", "invalid_type"),
        ({"summary": "  "}, "summary", "required"),
        ({"summary": "x" * 256}, "summary", "too_long"),
        ({"summary": "a\x00b"}, "summary", "control_character"),
    ],
)
def test_a_bad_plan_is_refused(workspace, agent, lead, words, field, code):
    with pytest.raises(Invalid) as refusal:
        plan(workspace, agent, lead, **words)
    assert [(one.field, one.code) for one in refusal.value.problems] == [(field, code)]
    assert not Action.objects.exists()


def test_a_draft_waits_for_approval_with_its_message(workspace, agent, lead):
    key, _text = make_key(workspace, "omniai")
    assistant = Actor(ActorKind.KEY, key.name, "omniai", api_key_id=key.pk, tests=False)
    action = draft(workspace, assistant, lead)
    message = Message.objects.get()
    assert (action.kind, action.status, action.api_key_id) == ("MESSAGE", "AWAITING_APPROVAL", key.pk)
    assert (message.action_id, message.lead_id, message.channel, message.direction) == (
        action.pk,
        lead.pk,
        "EMAIL",
        "OUTBOUND",
    )
    assert (message.subject, message.body) == ("Two things", "Hello Ben,\nplease send them.")
    assert Entry.objects.get(lead=lead, version=2).kind == "drafted"
    assert Lead.objects.get().next_action_at is None


@pytest.mark.parametrize(
    ("words", "field", "code"),
    [
        ({"channel": "PIGEON"}, "channel", "invalid_choice"),
        ({"kind": "CALL"}, "kind", "invalid_choice"),
        ({"body": ""}, "body", "required"),
        ({"body": 5}, "body", "invalid_type"),
        ({"subject": "x" * 256}, "subject", "too_long"),
    ],
)
def test_a_bad_draft_is_refused(workspace, agent, lead, words, field, code):
    with pytest.raises(Invalid) as refusal:
        draft(workspace, agent, lead, **words)
    assert [(one.field, one.code) for one in refusal.value.problems] == [(field, code)]
    assert not Message.objects.exists()


@pytest.mark.parametrize("put", [plan, draft])
def test_another_workspaces_lead_is_not_there(agent, lead, put):
    with pytest.raises(NotFound):
        put(make_workspace(), agent, lead)


def test_the_clock_can_stand_for_a_while():
    with at(MOMENT):
        assert now() == MOMENT
        with at(MOMENT + timedelta(days=1)):
            assert now() == MOMENT + timedelta(days=1)
        assert now() == MOMENT
    assert now() > MOMENT
    assert now().microsecond % 1000 == 0
