"""Writing what is to be done about a lead: planned, done, put off, handed over, called off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Membership, Workspace
from leads.change import Actor, ById, CallLog, LeadChange, Where
from leads.changes.apply import apply_change
from leads.changes.draft import OPEN, Draft
from leads.changes.followups import (
    BY_HAND,
    MESSAGES,
    PLANNED,
    cancel,
    channel_of,
    is_held,
    is_opted_out,
    move,
    new_action,
    refusal_words,
)
from leads.changes.missed import keep_missed
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import NotFound, Refused
from leads.models import Action, ActionKind, ActionStatus
from leads.models.outbox import Leased
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.validation.judge import refuse_past
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_choice, clean_line, clean_moment, clean_text, clean_time_zone, zone_of

_OUTCOME = 64


def plan_action(  # noqa: PLR0913 (an action, with a name for each of its parts)
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    kind: str,
    at: object,
    summary: object,
    zone: object = "",
    input: Mapping[str, object] | None = None,
) -> Action:
    """Put a call, a message or a task on a lead; the earliest one by hand is its next step.

    `zone` is where the time was agreed; a time that says none itself is read there.
    """
    problems = Problems()
    problems.attempt("kind", kind, lambda: clean_choice(kind, PLANNED))
    name = _zone(zone, problems)
    due = problems.attempt("at", at, lambda: clean_moment(at, zone_of(name)))
    refuse_past("at", due, actor, problems)
    line = _summary(summary, problems)
    problems.settle()
    assert due is not None

    def write() -> Action:
        draft = open_draft(workspace, actor, where)
        action = new_action(draft, kind, line)
        action.scheduled_at, action.agreed_zone = due, name or action.agreed_zone
        action.input = dict(input) if input else None
        refuse_opted_out(draft, action)
        draft.actions.append(action)
        store(draft, kind="planned", summary=line, input=told_of(action))
        return action

    return transact(write)


def complete_action(
    workspace: Workspace,
    actor: Actor,
    action_id: object,
    *,
    outcome: object = "",
    note: str = "",
    reason: str = "",
) -> Action:
    """Done, with what came of it. A call is logged, so its outcome is one of the workspace's."""
    action = find_action(workspace, actor, action_id)
    if action.kind == ActionKind.CALL:
        call = CallLog(outcome, note=note, reason=reason, settles=action.pk)
        apply_change(workspace, actor, ById(action.lead_id), LeadChange(call=call))
        return Action.objects.get(pk=action.pk)
    problems = Problems()
    line = problems.attempt("outcome", outcome, lambda: clean_line(outcome, _OUTCOME)) or ""
    text = problems.attempt("note", note, lambda: clean_text(note, LIMITS.note, multiline=True)) or ""
    problems.settle()

    def complete(draft: Draft, action: Action) -> str:
        _refuse_message(action)
        move(draft, action, ActionStatus.COMPLETED, Leased.State.IDLE)
        action.completed_at, action.outcome = draft.moment, line
        if text:
            draft.note = text
            draft.set_column("note", text)
        return gettext_noop("Done")

    return change_action(workspace, actor, action_id, "completed", complete)


def reschedule_action(
    workspace: Workspace, actor: Actor, action_id: object, *, at: object, zone: object = ""
) -> Action:
    """Put it off, or bring it forward."""
    problems = Problems()
    name = _zone(zone, problems)
    due = problems.attempt("at", at, lambda: clean_moment(at, zone_of(name)))
    problems.settle()
    assert due is not None

    def reschedule(draft: Draft, action: Action) -> str:
        if action.kind in BY_HAND:
            refuse_past("at", due, actor, problems)
            problems.settle()
        move(draft, action, action.status, action.state, due)
        action.agreed_zone = name or action.agreed_zone
        return gettext_noop("Put off") if due > draft.moment else gettext_noop("Brought forward")

    return change_action(workspace, actor, action_id, "rescheduled", reschedule)


def cancel_action(workspace: Workspace, actor: Actor, action_id: object, *, reason: object) -> Action:
    """Call it off; why stands with it."""
    line = clean_reason(reason)

    def call_off(draft: Draft, action: Action) -> str:
        cancel(draft, action, "cancelled", line)
        return gettext_noop("Called off")

    return change_action(workspace, actor, action_id, "cancelled", call_off)


def reassign_action(workspace: Workspace, actor: Actor, action_id: object, *, user_id: UUID | None) -> Action:
    """Let somebody else see to it, or nobody in particular."""
    members = Membership.objects.filter(workspace=workspace, left_at=None, user__is_active=True)
    if user_id is not None and not members.filter(user=user_id).exists():
        problems = Problems()
        problems.add("assignee", "not_found", _("Nobody in this workspace has this id."), str(user_id))
        problems.settle()

    def reassign(draft: Draft, action: Action) -> str:
        before = action.assignee_id
        keep_missed(Action.objects.filter(pk=action.pk), draft.moment)
        action.assignee_id = user_id
        draft.move_action(action, action.status, action.state)
        draft.tell(f"/actions/{action.pk}/assignee", before, user_id)
        return gettext_noop("Handed over")

    return change_action(workspace, actor, action_id, "reassigned", reassign)


def change_action(
    workspace: Workspace,
    actor: Actor,
    action_id: object,
    kind: str,
    work: Callable[[Draft, Action], str],
    *,
    only: tuple[str, ...] = OPEN,
) -> Action:
    """Do something with an action under the lock of its lead, and tell it; what `work` returns sums it up."""

    def write() -> Action:
        found = find_action(workspace, actor, action_id)
        draft = open_draft(workspace, actor, ById(found.lead_id))
        action = Action.objects.select_for_update(of=("self",)).get(pk=found.pk)
        _refuse_settled(draft, action, only)
        summary = work(draft, action)
        if draft.differs:
            told = {"action": action.pk, "kind": action.kind, "summary": action.summary}
            store(draft, kind=kind, summary=summary, input=told, about=action)
        return action

    return transact(write)


def find_action(workspace: Workspace, actor: Actor, action_id: object) -> Action:
    """An action of a lead in reach."""
    key = parse_id(action_id)
    rows = Action.objects.filter(workspace=workspace, lead__deleted_at=None)
    if actor.tests is not None:
        rows = rows.filter(lead__is_test=actor.tests)
    action = rows.filter(pk=key).first() if key else None
    if action is None:
        raise NotFound(_("The workspace has no action with this id; check it."))
    return action


def open_draft(workspace: Workspace, actor: Actor, where: Where) -> Draft:
    lead = find_lead(workspace, where, tests=actor.tests, lock=True)
    return Draft(LeadState(workspace, lead), actor)


def refuse_opted_out(draft: Draft, action: Action) -> None:
    channel = channel_of(action)
    if channel is not None and is_opted_out(draft.lead, channel):
        raise Refused("opted_out", refusal_words(channel))


def clean_reason(raw: object, field: str = "reason") -> str:
    problems = Problems()
    line = problems.attempt(field, raw, lambda: clean_line(raw))
    if line == "":
        problems.add(field, "required", _("Say why, in a few words."))
    problems.settle()
    return line or ""


def _refuse_settled(draft: Draft, action: Action, only: tuple[str, ...]) -> None:
    if action.status not in only:
        message = _("This was settled meanwhile (%(status)s); look at the lead again.")
        raise Refused("not_open", message % {"status": ActionStatus(action.status).label})
    if is_held(action, draft.moment):
        raise Refused("being_sent", _("This is being sent this very moment; look at it again in a minute."))
    if action.kind in MESSAGES and action.state == Leased.State.DONE and action.status in OPEN:
        raise Refused("handed_over", _("This was handed to whoever sends it, and is out of reach here."))


def _refuse_message(action: Action) -> None:
    if action.kind not in BY_HAND or action.status == ActionStatus.AWAITING_APPROVAL:
        raise Refused("not_by_hand", _("A message is done once it was sent; approve it, or call it off."))


def _zone(raw: object, problems: Problems) -> str:
    return (problems.attempt("zone", raw, lambda: clean_time_zone(raw)) or "") if raw else ""


def _summary(raw: object, problems: Problems) -> str:
    line = problems.attempt("summary", raw, lambda: clean_line(raw))
    if line == "":
        problems.add("summary", "required", _("Say in a few words what is to be done."))
    return line or ""


def told_of(action: Action) -> dict[str, object]:
    return {"kind": action.kind, "at": action.scheduled_at, **(action.input or {})}
