"""Writing to a lead: a member's own message goes out at once, one made by a machine waits for approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import User, Workspace
from leads.change import Actor, ActorKind, Where
from leads.changes.actions import open_draft, told_of
from leads.changes.draft import Draft
from leads.changes.followups import (
    channel_of,
    is_opted_out,
    new_action,
    refusal_words,
)
from leads.changes.sending import fill_in, hand_over, reach_of
from leads.changes.store import store
from leads.changes.templates import check_template
from leads.changes.transact import transact
from leads.errors import Refused
from leads.models import Action, ActionKind, ActionStatus, Message
from leads.models.outbox import Leased
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_choice, clean_line, clean_moment, clean_text

DRAFTED: Final = (ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE)
CHANNELS: Final = ("EMAIL", "SMS", "WHATSAPP")
OUTBOUND: Final = "OUTBOUND"


@dataclass(frozen=True, slots=True)
class Text:
    channel: str
    subject: str
    body: str
    kind: str
    to: str = ""
    at: datetime | None = None


def write_message(  # noqa: PLR0913 (a message, with a name for each of its parts)
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    channel: str,
    body: object,
    subject: object = "",
    kind: str = ActionKind.MESSAGE,
    to: object = "",
    at: object = None,
) -> Action:
    """Say something to a lead, now or at a given time.

    What a member writes goes out with the member's signature, and answers come to the member; what a machine
    writes waits for approval, and so does everything in a workspace that wants it so. To somebody who opted
    out nothing is sent: the message is kept as called off, and that is refused.
    """
    text = clean_message(channel, subject, body, kind, to=to, at=at)
    waits = actor.kind != ActorKind.USER or workspace.approve_all_messages
    return settle_refusal(_write(workspace, actor, where, text, waits=waits))


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
    """A message that somebody must approve before it leaves; where to may be found out until then."""
    return _write(
        workspace, actor, where, clean_message(channel, subject, body, kind), waits=True, may_lack=True
    )


def clean_message(
    channel: str, subject: object, body: object, kind: str, *, to: object = "", at: object = None
) -> Text:
    problems = Problems()
    problems.attempt("kind", kind, lambda: clean_choice(kind, DRAFTED))
    problems.attempt("channel", channel, lambda: clean_choice(channel, CHANNELS))
    title = problems.attempt("subject", subject, lambda: check_template(clean_line(subject)))
    text = problems.attempt("body", body, lambda: _body(body))
    due = None if at is None else problems.attempt("at", at, lambda: clean_moment(at))
    if text == "":
        problems.add("body", "required", _("Write what the message is to say."))
    address = problems.attempt("to", to, lambda: clean_line(to)) or ""
    problems.settle()
    return Text(channel, title or "", text or "", kind, address, due)


def _body(raw: object) -> str:
    return check_template(clean_text(raw, LIMITS.note, multiline=True))


def _write(
    workspace: Workspace, actor: Actor, where: Where, text: Text, *, waits: bool, may_lack: bool = False
) -> Action:
    def write() -> Action:
        draft = open_draft(workspace, actor, where)
        action, message = _make(draft, text)
        kind = "drafted" if waits else "messaged"
        if not may_lack:
            reach_of(draft.state, action)
        if is_opted_out(draft.lead, channel_of(action)):
            kind = "message_stopped"
            _stop(action)
        elif waits:
            action.status = ActionStatus.AWAITING_APPROVAL
        else:
            _send(draft, action, message)
        draft.actions.append(action)
        store(draft, kind=kind, summary=action.summary, input=told_of(action))
        message.save(force_insert=True)
        return action

    return transact(write)


def _make(draft: Draft, text: Text) -> tuple[Action, Message]:
    action = new_action(draft, text.kind, gettext_noop("Message drafted"))
    action.input = {"channel": text.channel, **({"to": text.to} if text.to else {})}
    action.scheduled_at = text.at or draft.moment
    message = Message(
        workspace=draft.state.workspace,
        action=action,
        lead=draft.lead,
        channel=text.channel,
        direction=OUTBOUND,
        subject=text.subject,
        body=text.body,
        created_at=draft.moment,
    )
    writer = _user(draft.actor)
    if writer is not None and text.channel == "EMAIL" and writer.signature.strip():
        message.details = {"signature": writer.signature.strip()}
    return action, message


def _send(draft: Draft, action: Action, message: Message) -> None:
    """As good as approved, by its writer."""
    action.summary = gettext_noop("Message written")
    fill_in(draft, message, _user(draft.actor))
    action.status = ActionStatus.PENDING
    if message.channel != "EMAIL" and action.scheduled_at <= draft.moment:
        hand_over(draft, action, message)
    else:
        action.state, action.due_at = Leased.State.DUE, action.scheduled_at


def _stop(action: Action) -> None:
    channel = channel_of(action)
    assert channel is not None
    action.summary = gettext_noop("Message not sent")
    action.status, action.outcome = ActionStatus.CANCELLED, "opted_out"
    action.error = refusal_words(channel)


def _user(actor: Actor) -> User | None:
    return User.objects.filter(pk=actor.user_id).first() if actor.user_id else None


def settle_refusal(action: Action) -> Action:
    """What was called off in the making is on the timeline by now, and whoever made it hears of it."""
    if action.status == ActionStatus.CANCELLED and action.outcome == "opted_out":
        raise Refused("opted_out", action.error, is_told=True)
    return action
