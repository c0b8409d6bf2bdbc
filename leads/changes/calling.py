"""Logging a call: always written, counted, and followed by the next try of the workspace's ladder."""

from __future__ import annotations

from datetime import timedelta

from leads.change import CallLog
from leads.changes.actions import new_action
from leads.changes.draft import Draft
from leads.models import ActionKind, ActionStatus, CallOutcome


def log_call(draft: Draft, call: CallLog, note: str) -> None:
    outcome = draft.state.catalogue.call_outcomes[str(call.outcome)]
    made_at = call.at or draft.moment
    action = new_action(draft, ActionKind.CALL, outcome.label)
    action.status, action.outcome, action.completed_at = ActionStatus.COMPLETED, outcome.slug, made_at
    action.scheduled_at = made_at
    action.input = {"outcome": outcome.slug, "reason": call.reason, "note": note}
    draft.actions.append(action)
    draft.note = draft.note or note
    lead = draft.lead
    draft.set_column("attempts", lead.attempts + 1)
    draft.set_column("last_attempt_at", made_at)
    if outcome.reaches and lead.first_response_at is None:
        draft.set_column("first_response_at", made_at)
    _own(draft)
    _plan_next(draft, call, outcome)


def _own(draft: Draft) -> None:
    """Whoever calls first owns the lead; a claim has then done its work."""
    if draft.actor.user_id is not None and draft.lead.assignee_id is None:
        draft.set_column("assignee_id", draft.actor.user_id)
        draft.set_column("assigned_at", draft.moment)
        draft.set_column("assignee_type", "HUMAN_AGENT")
    draft.set_column("claimed_by_id", None)
    draft.set_column("claimed_until", None)


def _plan_next(draft: Draft, call: CallLog, outcome: CallOutcome) -> None:
    """An agreed time wins; else the ladder says when to try again, until it is exhausted."""
    at = call.next_at
    ladder = draft.state.workspace.retry_ladder
    if at is None and not outcome.reaches and not outcome.marks_bad and draft.lead.attempts <= len(ladder):
        at = draft.moment + timedelta(hours=ladder[draft.lead.attempts - 1])
    if at is not None:
        action = new_action(draft, ActionKind.CALL, "Call again")
        action.scheduled_at = at
        draft.actions.append(action)
    draft.set_column("next_action_at", at)
