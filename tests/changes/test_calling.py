"""Logging calls: what they settle, when the next one is, and when there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadhub.workspaces.clock import at, now
from leads.change import CLEAR, Archive, ById, CallLog, ConsentWish, DispositionWish, LeadChange
from leads.changes import apply_change, merge_leads, undo_entry
from leads.changes.actions import (
    cancel_action,
    complete_action,
    plan_action,
    reassign_action,
    reschedule_action,
)
from leads.errors import Invalid, NotFound, Refused
from leads.models import Action, Entry, Lead
from tests.make import SYSTEM, make_lead, make_member, make_user_actor, make_workspace

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLOSED = ["lost", "invalid", "duplicate", "won"]


@pytest.fixture(autouse=True)
def clock():
    with at(MOMENT):
        yield


@pytest.fixture
def workspace():
    return make_workspace()


@pytest.fixture
def agent(workspace):
    return make_user_actor(make_member(workspace))


@pytest.fixture
def lead(workspace):
    return make_lead(workspace, phone="6782319992", time_zone="America/Chicago")


def change(workspace, lead, actor=SYSTEM, **words):
    return apply_change(workspace, actor, ById(lead.pk), LeadChange(**words))


def call(workspace, lead, outcome="no_answer", actor=SYSTEM, more=None, **words):
    return change(workspace, lead, actor, call=CallLog(outcome, **words), **(more or {}))


def plan(workspace, lead, due, kind="CALL", **words):
    return plan_action(workspace, SYSTEM, ById(lead.pk), kind=kind, at=due, summary="Call", **words)


def pending(lead):
    rows = Action.objects.filter(lead=lead, status="PENDING").order_by("scheduled_at")
    return [(row.kind, row.scheduled_at) for row in rows]


def next_step(lead):
    return Lead.objects.get(pk=lead.pk).next_action_at


def state_of(action):
    action.refresh_from_db()
    return action.status, action.outcome


# What a call settles


def test_a_call_settles_the_planned_calls_that_were_due(workspace, lead):
    due, overdue = plan(workspace, lead, MOMENT), plan(workspace, lead, MOMENT - DAY)
    made = call(workspace, lead, "connected").entry.action
    assert state_of(due) == state_of(overdue) == ("COMPLETED", "")
    assert due.output == {"call": str(made.pk)}
    assert pending(lead) == []
    assert next_step(lead) is None


def test_a_later_callback_that_was_agreed_stays(workspace, lead):
    plan(workspace, lead, MOMENT + DAY)
    call(workspace, lead, "connected")
    assert pending(lead) == [("CALL", MOMENT + DAY)]
    assert next_step(lead) == MOMENT + DAY


def test_a_try_of_the_ladder_is_settled_by_the_next_call_whenever_that_is(workspace, lead):
    call(workspace, lead)
    assert pending(lead) == [("CALL", MOMENT + 4 * HOUR)]
    with at(MOMENT + HOUR):
        call(workspace, lead)
    assert pending(lead) == [("CALL", MOMENT + 25 * HOUR)]
    with at(MOMENT + 2 * HOUR):
        call(workspace, lead, "connected")
    assert pending(lead) == []
    assert next_step(lead) is None


def test_twenty_calls_leave_one_next_step_at_most(workspace, lead):
    for number in range(20):
        with at(MOMENT + number * DAY):
            call(workspace, lead)
            assert len(pending(lead)) == (1 if number < 3 else 0)


def test_whoever_is_reached_a_little_early_was_called_back(workspace, lead):
    callback = plan(workspace, lead, MOMENT + timedelta(minutes=10))
    call(workspace, lead, "no_answer")
    assert state_of(callback)[0] == "PENDING"
    call(workspace, lead, "connected")
    assert state_of(callback)[0] == "COMPLETED"


def test_a_call_made_yesterday_does_not_do_what_was_due_today(workspace, lead):
    today = plan(workspace, lead, MOMENT - HOUR)
    call(workspace, lead, "connected", at=MOMENT - DAY)
    assert state_of(today)[0] == "PENDING"
    assert Lead.objects.get().last_attempt_at == MOMENT - DAY


def test_tasks_and_emails_are_no_calls(workspace, lead):
    plan(workspace, lead, MOMENT - DAY, kind="TASK")
    plan(workspace, lead, MOMENT - HOUR, kind="EMAIL")
    call(workspace, lead, "connected")
    assert [kind for kind, _due in pending(lead)] == ["TASK", "EMAIL"]
    assert next_step(lead) == MOMENT - DAY


def test_the_calls_planned_for_a_lead_that_was_merged_in_are_settled_too(workspace, lead):
    other = make_lead(workspace, phone="6782319992")
    planned = plan(workspace, other, MOMENT - DAY)
    merge_leads(workspace, SYSTEM, lead.pk, other.pk)
    assert next_step(lead) == MOMENT - DAY
    call(workspace, lead, "connected")
    assert state_of(planned)[0] == "COMPLETED"
    assert next_step(lead) is None


# When the next one is


def test_an_agreed_time_wins_over_the_ladder_and_keeps_its_zone(workspace, lead):
    call(workspace, lead, "callback", next_at=MOMENT + DAY, next_zone="Europe/Madrid")
    action = Action.objects.get(lead=lead, status="PENDING")
    assert (action.scheduled_at, action.agreed_zone) == (MOMENT + DAY, "Europe/Madrid")
    call(workspace, lead, "callback", next_at=MOMENT + 2 * DAY)
    assert len(pending(lead)) == 2
    assert next_step(lead) == MOMENT + DAY


def test_the_next_step_is_the_earliest_of_all_that_is_planned(workspace, lead):
    plan(workspace, lead, MOMENT + HOUR, kind="TASK")
    call(workspace, lead)
    assert next_step(lead) == MOMENT + HOUR


@pytest.mark.parametrize("stage", CLOSED)
def test_the_ladder_plans_nothing_when_the_same_change_closes_the_lead(workspace, lead, stage):
    call(workspace, lead, more={"disposition": DispositionWish(stage=stage)})
    assert pending(lead) == []
    assert next_step(lead) is None


@pytest.mark.parametrize("stage", CLOSED)
def test_the_ladder_plans_nothing_for_a_lead_that_was_closed_before(workspace, lead, stage):
    change(workspace, lead, disposition=DispositionWish(stage=stage))
    call(workspace, lead)
    assert pending(lead) == []


def test_the_ladder_plans_nothing_for_an_archived_lead(workspace, lead):
    call(workspace, lead, more={"archive": Archive()})
    call(workspace, lead)
    assert pending(lead) == []


def test_the_ladder_plans_nothing_for_who_opted_out_of_calls(workspace, lead):
    out = (ConsentWish("call", opted_in=False),)
    call(workspace, lead, more={"consent": out}, reason="It was said on the phone.")
    assert pending(lead) == []


@pytest.mark.parametrize("stage", CLOSED)
def test_closing_a_lead_takes_the_ladders_try_away_and_tells_why(workspace, lead, stage):
    call(workspace, lead)
    entry = change(workspace, lead, disposition=DispositionWish(stage=stage)).entry
    action = Action.objects.get(lead=lead, status="CANCELLED")
    assert (action.outcome, action.error[:8]) == (stage, "The lead")
    assert entry.changes[f"/actions/{action.pk}/status"] == ["PENDING", "CANCELLED"]
    assert next_step(lead) is None


@pytest.mark.parametrize(
    "words", [{"disposition": DispositionWish(stage="lost")}, {"archive": Archive()}, {"delete": True}]
)
def test_an_agreed_callback_stays_when_the_lead_is_lost_or_archived(workspace, lead, words):
    plan(workspace, lead, MOMENT + DAY)
    change(workspace, lead, **words)
    assert pending(lead) == [("CALL", MOMENT + DAY)]


@pytest.mark.parametrize(
    ("channel", "left"), [("call", ["TASK"]), ("all", ["TASK"]), ("email", ["TASK", "CALL"])]
)
def test_an_agreed_callback_goes_when_calls_are_opted_out(workspace, lead, channel, left):
    plan(workspace, lead, MOMENT + DAY)
    plan(workspace, lead, MOMENT, kind="TASK")
    change(workspace, lead, consent=(ConsentWish(channel, opted_in=False),))
    assert [kind for kind, _due in pending(lead)] == left


def test_what_was_cancelled_with_the_loss_of_a_lead_comes_back_with_its_undo(workspace, lead):
    call(workspace, lead)
    entry = change(workspace, lead, disposition=DispositionWish(stage="lost")).entry
    undone = undo_entry(workspace, SYSTEM, ById(lead.pk), entry.pk)
    assert not undone.kept
    assert pending(lead) == [("CALL", MOMENT + 4 * HOUR)]
    assert next_step(lead) == MOMENT + 4 * HOUR
    assert Action.objects.get(lead=lead, status="PENDING").error == ""


def test_an_undo_of_an_opt_out_brings_no_call_back(workspace, lead):
    plan(workspace, lead, MOMENT + DAY)
    entry = change(workspace, lead, consent=(ConsentWish("call", opted_in=False),)).entry
    undone = undo_entry(workspace, SYSTEM, ById(lead.pk), entry.pk)
    assert {kept.reason for kept in undone.kept} == {"opted_out"}
    assert pending(lead) == []


def test_a_merge_calls_off_what_the_merged_consent_forbids(workspace, lead):
    out = make_lead(workspace, email="a@x.org", consent=(ConsentWish("call", opted_in=False),))
    plan(workspace, lead, MOMENT + DAY)
    merge_leads(workspace, SYSTEM, lead.pk, out.pk)
    assert pending(lead) == []
    assert next_step(lead) is None


def test_an_undo_that_archives_again_calls_the_ladder_off(workspace, lead):
    change(workspace, lead, archive=Archive())
    entry = change(workspace, lead, unarchive=True).entry
    call(workspace, lead)
    undo_entry(workspace, SYSTEM, ById(lead.pk), entry.pk)
    assert pending(lead) == []


def test_an_undo_of_a_call_takes_its_next_try_back_and_the_next_step_with_it(workspace, lead):
    plan(workspace, lead, MOMENT + 2 * DAY, kind="TASK")
    entry = call(workspace, lead).entry
    assert next_step(lead) == MOMENT + 4 * HOUR
    undo_entry(workspace, SYSTEM, ById(lead.pk), entry.pk)
    assert pending(lead) == [("TASK", MOMENT + 2 * DAY)]
    assert next_step(lead) == MOMENT + 2 * DAY


# What a disposition or a field agrees on


def disposed(workspace, lead, **words):
    wish = DispositionWish(stage="follow_up", words=words)
    return change(workspace, lead, disposition=wish)


def test_a_callback_agreed_with_a_disposition_is_planned(workspace, lead):
    disposed(workspace, lead, callback_at=MOMENT + DAY, task_due_at=MOMENT + HOUR, notes="Send the\nform")
    assert pending(lead) == [("TASK", MOMENT + HOUR), ("CALL", MOMENT + DAY)]
    assert Action.objects.get(lead=lead, kind="TASK").summary == "Send the"
    assert next_step(lead) == MOMENT + HOUR


def test_another_callback_takes_the_place_of_the_one_agreed_before(workspace, lead):
    mine = plan(workspace, lead, MOMENT + 3 * DAY)
    disposed(workspace, lead, callback_at=MOMENT + DAY)
    disposed(workspace, lead, callback_at=MOMENT + DAY, notes="once more")
    disposed(workspace, lead, callback_at=MOMENT + 2 * DAY)
    assert pending(lead) == [("CALL", MOMENT + 2 * DAY), ("CALL", MOMENT + 3 * DAY)]
    assert state_of(mine)[0] == "PENDING"


def test_a_callback_of_long_ago_is_history(workspace, lead):
    disposed(workspace, lead, callback_at=MOMENT - 30 * DAY)
    assert pending(lead) == []


def test_a_next_step_that_another_system_names_is_a_task(workspace, lead):
    change(workspace, lead, fields={"next_action_at": MOMENT + DAY})
    change(workspace, lead, fields={"next_action_at": MOMENT + 2 * DAY})
    assert pending(lead) == [("TASK", MOMENT + 2 * DAY)]
    assert next_step(lead) == MOMENT + 2 * DAY
    assert not change(workspace, lead, fields={"next_action_at": MOMENT + 2 * DAY}).changed
    change(workspace, lead, fields={"next_action_at": CLEAR})
    assert next_step(lead) is None


def test_a_new_lead_comes_with_its_next_step(workspace):
    fresh = make_lead(workspace, next_action_at=MOMENT + DAY)
    assert pending(fresh) == [("TASK", MOMENT + DAY)]
    assert next_step(fresh) == MOMENT + DAY


# Handling what is planned


def test_a_task_is_done_with_its_outcome(workspace, agent, lead):
    task = plan(workspace, lead, MOMENT, kind="TASK")
    done = complete_action(workspace, agent, task.pk, outcome="sent", note="By post.")
    assert (state_of(task), done.completed_at) == (("COMPLETED", "sent"), MOMENT)
    entry = Entry.objects.filter(lead=lead).latest("id")
    assert (entry.kind, entry.action_id, entry.note) == ("completed", task.pk, "By post.")
    assert Lead.objects.get().note == "By post."
    assert next_step(lead) is None


def test_a_planned_call_is_done_by_logging_it(workspace, agent, lead):
    callback = plan(workspace, lead, MOMENT + DAY)
    complete_action(workspace, agent, callback.pk, outcome="connected", note="Talked.")
    assert state_of(callback) == ("COMPLETED", "")
    assert (Lead.objects.get().attempts, pending(lead)) == (1, [])
    with pytest.raises(Invalid):
        complete_action(workspace, agent, plan(workspace, lead, MOMENT + DAY).pk, outcome="purple")


@pytest.mark.parametrize("kind", ["TASK", "CALL"])
def test_nothing_is_done_twice(workspace, agent, lead, kind):
    action = plan(workspace, lead, MOMENT, kind=kind)
    complete_action(workspace, agent, action.pk, outcome="connected")
    with pytest.raises(Refused) as refusal:
        complete_action(workspace, agent, action.pk, outcome="connected")
    assert refusal.value.reason == "not_open"
    assert Lead.objects.get().attempts == (1 if kind == "CALL" else 0)


def test_snoozing_moves_the_next_step_and_can_be_undone(workspace, agent, lead):
    action = plan(workspace, lead, MOMENT)
    reschedule_action(workspace, agent, action.pk, at="2026-03-05T09:00", zone="America/New_York")
    action.refresh_from_db()
    assert (action.scheduled_at, action.agreed_zone) == (
        datetime(2026, 3, 5, 14, 0, tzinfo=UTC),
        "America/New_York",
    )
    assert next_step(lead) == action.scheduled_at
    entry = Entry.objects.filter(lead=lead).latest("id")
    assert entry.changes == {
        f"/actions/{action.pk}/scheduled_at": ["2026-03-03T15:00:00.000Z", "2026-03-05T14:00:00.000Z"]
    }
    undo_entry(workspace, agent, ById(lead.pk), entry.pk)
    assert (state_of(action)[0], action.scheduled_at, next_step(lead)) == ("PENDING", MOMENT, MOMENT)


def test_an_undo_leaves_what_was_put_off_again_since(workspace, agent, lead):
    action = plan(workspace, lead, MOMENT)
    reschedule_action(workspace, agent, action.pk, at=MOMENT + DAY)
    entry = Entry.objects.filter(lead=lead).latest("id")
    reschedule_action(workspace, agent, action.pk, at=MOMENT + 2 * DAY)
    undone = undo_entry(workspace, agent, ById(lead.pk), entry.pk)
    assert [kept.reason for kept in undone.kept] == ["changed_since"]
    assert next_step(lead) == MOMENT + 2 * DAY


def test_calling_off_needs_a_reason(workspace, agent, lead):
    action = plan(workspace, lead, MOMENT)
    with pytest.raises(Invalid):
        cancel_action(workspace, agent, action.pk, reason=" ")
    cancel_action(workspace, agent, action.pk, reason="Answered by email.")
    assert state_of(action) == ("CANCELLED", "cancelled")
    assert (action.error, next_step(lead)) == ("Answered by email.", None)


def test_somebody_else_sees_to_it(workspace, agent, lead):
    action, other = plan(workspace, lead, MOMENT), make_member(workspace)
    reassign_action(workspace, agent, action.pk, user_id=other.pk)
    action.refresh_from_db()
    assert action.assignee_id == other.pk
    with pytest.raises(Invalid):
        reassign_action(workspace, agent, action.pk, user_id=make_member(make_workspace()).pk)


def test_nothing_is_planned_on_a_channel_that_was_opted_out(workspace, lead):
    change(workspace, lead, consent=(ConsentWish("call", opted_in=False),))
    with pytest.raises(Refused) as refusal:
        plan(workspace, lead, MOMENT + DAY)
    assert refusal.value.reason == "opted_out"
    assert plan(workspace, lead, MOMENT + DAY, kind="TASK").status == "PENDING"


def test_another_workspaces_action_is_not_there(workspace, agent, lead):
    action, elsewhere = plan(workspace, lead, MOMENT), make_workspace()
    for attempt in (
        lambda: complete_action(elsewhere, agent, action.pk),
        lambda: cancel_action(elsewhere, agent, action.pk, reason="x"),
        lambda: reschedule_action(elsewhere, agent, action.pk, at=now()),
        lambda: reassign_action(elsewhere, agent, "no id", user_id=None),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_the_paths_of_actions_do_not_fill_the_lead(workspace, agent, lead):
    for _again in range(3):
        complete_action(workspace, agent, plan(workspace, lead, MOMENT, kind="TASK").pk)
    assert not [path for path in Lead.objects.get().field_sources if path.startswith("/actions/")]
