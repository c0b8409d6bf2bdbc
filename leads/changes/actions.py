"""Writing what is to be done about a lead: planned calls and tasks, and drafts that wait for approval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import Workspace
from leads.change import Actor, Where
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.models import Action, ActionKind, ActionStatus, Message
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_choice, clean_line, clean_moment, clean_text

PLANNED: Final = (
    ActionKind.CALL,
    ActionKind.EMAIL,
    ActionKind.SMS,
    ActionKind.TASK,
    ActionKind.FOLLOW_UP_MESSAGE,
)
# What a person does; a message that goes out by itself is nobody's next step.
BY_HAND: Final = frozenset(PLANNED) - {ActionKind.FOLLOW_UP_MESSAGE}
DRAFTED: Final = (ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE)
CHANNELS: Final = ("EMAIL", "SMS")


def new_action(draft: Draft, kind: str, summary: str) -> Action:
    """An action by whoever writes, not yet stored."""
    return Action(
        workspace=draft.state.workspace,
        lead=draft.lead,
        kind=kind,
        summary=summary,
        assignee_id=draft.lead.assignee_id or draft.actor.user_id,
        agreed_zone=draft.lead.time_zone,
        actor_kind=draft.actor.kind,
        actor_name=draft.actor.name[:200],
        user_id=draft.actor.user_id,
        api_key_id=draft.actor.api_key_id,
        door=draft.actor.door,
        created_at=draft.moment,
        scheduled_at=draft.moment,
    )


def plan_action(
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    kind: str,
    at: object,
    summary: object,
    input: Mapping[str, object] | None = None,
) -> Action:
    """Put a call, a message or a task on a lead; the earliest one by hand is its next step."""
    problems = Problems()
    problems.attempt("kind", kind, lambda: clean_choice(kind, PLANNED))
    due = problems.attempt("at", at, lambda: clean_moment(at))
    line = _summary(summary, problems)
    problems.settle()
    assert due is not None

    def write() -> Action:
        draft = _open(workspace, actor, where)
        action = new_action(draft, kind, line)
        action.scheduled_at = due
        action.input = dict(input) if input else None
        draft.actions.append(action)
        if kind in BY_HAND:
            draft.set_column("next_action_at", min(due, draft.lead.next_action_at or due))
        store(draft, kind="planned", summary=line, input=_told(action))
        return action

    return transact(write)


def add_draft(
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    channel: str,
    body: object,
    subject: object = "",
    kind: str = ActionKind.MESSAGE,
) -> Action:
    """A message that somebody must approve before it leaves."""
    problems = Problems()
    problems.attempt("kind", kind, lambda: clean_choice(kind, DRAFTED))
    problems.attempt("channel", channel, lambda: clean_choice(channel, CHANNELS))
    title = problems.attempt("subject", subject, lambda: clean_line(subject))
    text = problems.attempt("body", body, lambda: clean_text(body, LIMITS.note, multiline=True))
    if text == "":
        problems.add("body", "required", _("Write what the message is to say."))
    problems.settle()

    def write() -> Action:
        draft = _open(workspace, actor, where)
        action = new_action(draft, kind, gettext_noop("Message drafted"))
        action.status = ActionStatus.AWAITING_APPROVAL
        action.input = {"channel": channel}
        draft.actions.append(action)
        store(draft, kind="drafted", summary=action.summary, input=_told(action))
        _message(draft, action, channel, title or "", text or "").save(force_insert=True)
        return action

    return transact(write)


def _open(workspace: Workspace, actor: Actor, where: Where) -> Draft:
    lead = find_lead(workspace, where, tests=actor.tests, lock=True)
    return Draft(LeadState(workspace, lead), actor)


def _summary(raw: object, problems: Problems) -> str:
    line = problems.attempt("summary", raw, lambda: clean_line(raw))
    if line == "":
        problems.add("summary", "required", _("Say in a few words what is to be done."))
    return line or ""


def _told(action: Action) -> dict[str, object]:
    return {"kind": action.kind, "at": action.scheduled_at, **(action.input or {})}


def _message(draft: Draft, action: Action, channel: str, subject: str, body: str) -> Message:
    return Message(
        workspace=draft.state.workspace,
        action=action,
        lead=draft.lead,
        channel=channel,
        direction="OUTBOUND",
        subject=subject,
        body=body,
        created_at=draft.moment,
    )
