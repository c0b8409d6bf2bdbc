"""Logging a call: always written, counted, done with what was planned, and followed by the next try."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.change import CallLog
from leads.changes.draft import Draft
from leads.changes.followups import DECIDED, LADDER, is_ladder, is_opted_out, move, new_action, plan
from leads.errors import Refused
from leads.models import Action, ActionKind, ActionStatus, CallOutcome, Channel
from leads.models.outbox import Leased

# Whoever is reached so much too early was called back as agreed.
_EARLY: Final = timedelta(minutes=15)


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
    draft.set_column("last_attempt_at", max(made_at, lead.last_attempt_at or made_at))
    if outcome.reaches and lead.first_response_at is None:
        draft.set_column("first_response_at", made_at)
    _own(draft)
    _settle_planned(draft, call, action, outcome)
    _plan_next(draft, call, outcome)


def _own(draft: Draft) -> None:
    """Whoever calls first owns the lead; a claim has then done its work."""
    if draft.actor.user_id is not None and draft.lead.assignee_id is None:
        draft.set_column("assignee_id", draft.actor.user_id)
        draft.set_column("assigned_at", draft.moment)
        draft.set_column("assignee_type", "HUMAN_AGENT")
    draft.set_column("claimed_by_id", None)
    draft.set_column("claimed_until", None)


def _settle_planned(draft: Draft, call: CallLog, made: Action, outcome: CallOutcome) -> None:
    """A call does what was due, and any try of the ladder. A later callback that was agreed stays."""
    waiting = [
        action
        for action in draft.open_actions
        if action.kind == ActionKind.CALL and action.status == ActionStatus.PENDING
    ]
    if call.settles is not None and call.settles not in {action.pk for action in waiting}:
        message = _("This call is not open any more; look at the lead again.")
        raise Refused("not_open", message)
    due = made.scheduled_at + (_EARLY if outcome.reaches else timedelta())
    for action in waiting:
        if action.scheduled_at <= due or is_ladder(action) or action.pk == call.settles:
            _settle(draft, action, made)


def _settle(draft: Draft, action: Action, made: Action) -> None:
    """Done by the call that was made, which alone has the outcome, so that no call is counted twice."""
    move(draft, action, ActionStatus.COMPLETED, Leased.State.IDLE)
    action.completed_at = made.completed_at
    action.output = {"call": str(made.pk)}


def _plan_next(draft: Draft, call: CallLog, outcome: CallOutcome) -> None:
    """An agreed time wins; else the ladder says when to try again, until it is exhausted."""
    if call.next_at is not None:
        action = new_action(draft, ActionKind.CALL, gettext_noop("Call again"))
        action.scheduled_at = call.next_at
        action.agreed_zone = call.next_zone or action.agreed_zone
        draft.actions.append(action)
        return
    at = _next_try(draft, outcome)
    if at is not None:
        plan(draft, ActionKind.CALL, gettext_noop("Call again"), at, LADDER)


def _next_try(draft: Draft, outcome: CallOutcome) -> datetime | None:
    """Nobody tries again to reach a lead that this very change decides, archives or takes off the phone."""
    lead, ladder = draft.lead, draft.state.workspace.retry_ladder
    over = draft.state.stage in DECIDED or lead.archived_at or lead.deleted_at
    if outcome.reaches or outcome.marks_bad or over or is_opted_out(lead, Channel.CALL):
        return None
    if lead.attempts > len(ladder):
        return None
    return draft.moment + timedelta(hours=ladder[lead.attempts - 1])
