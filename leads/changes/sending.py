"""The moment of sending: may it go, where to, in which words, and what is told when it may not or did not.

Nothing here speaks to a mail server; the worker does, between `prepare` and what it hears.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import User
from leads.change import Actor, ActorKind, ById
from leads.changes.draft import Draft
from leads.changes.followups import REASONS, channel_of, is_opted_out, move, refusal_words
from leads.changes.store import store
from leads.changes.suppression import EMAIL, PHONE, Key
from leads.changes.surroundings import look_around
from leads.changes.templates import fill, values_of
from leads.changes.transact import transact
from leads.errors import Invalid, NotFound, Problem
from leads.models import Action, ActionStatus, Channel, ConsentEvent, Message
from leads.models.outbox import Leased
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.values import email_key, phone_key

WORKER: Final = Actor(ActorKind.SYSTEM, "worker", "worker")
APPROVED: Final = "message.approved"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An email, ready to be handed to a mail server."""

    to: str
    subject: str
    body: str
    sender: str
    reply_to: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a message goes, as it is written there and as it is known here."""

    address: str
    key: Key


def reach_of(state: LeadState, action: Action) -> Reach:
    """The lead's own address, or the one that was named, if it still is the lead's."""
    is_email = channel_of(action) == Channel.EMAIL
    named = str((action.input or {}).get("to", ""))
    lead, kind = state.lead, EMAIL if is_email else PHONE
    own = (lead.email, lead.email_key) if is_email else (_number(lead.phone_e164, lead.phone), lead.phone_key)
    if not named and own[1]:
        return Reach(own[0], (kind, own[1]))
    wanted = email_key(named) if is_email else phone_key(named, state.workspace.region)
    known = [own, *((point.value, point.key) for point in state.contact_points if point.kind == kind)]
    found = next((address for address, key in known if key and key == wanted), "")
    if found:
        return Reach(found, (kind, wanted))
    if named:
        raise _refuse("to", "not_found", _("The lead has no such number or address; choose one it has."))
    message = _("The lead has no email address.") if is_email else _("The lead has no phone number.")
    raise _refuse("to", "required", message)


def sender_of(state: LeadState, action: Action, message: Message) -> User | None:
    """Whom an answer goes to: who wrote it, or else who owns the lead, or else who approved it."""
    approved_by = message.details.get("approved_by")
    for key in (action.user_id, state.lead.assignee_id, approved_by):
        found = User.objects.filter(pk=key, is_active=True).first() if key else None
        if found is not None:
            return found
    return None


def fill_in(draft: Draft, message: Message, sender: User | None) -> tuple[str, str]:
    """Subject and body as they are to leave, with the signature; raises for a blank that stays empty."""
    if message.details.get("filled"):
        return message.subject, message.body
    values = values_of(draft.state.workspace, draft.lead, sender)
    try:
        subject, body = fill(message.subject, values), fill(message.body, values)
    except ValidationError as refusal:
        raise _refuse("body", refusal.code or "invalid", refusal.messages[0]) from None
    signature = message.details.get("signature", "")
    return " ".join(subject.split()), f"{body.rstrip()}\n\n-- \n{signature}" if signature else body


def keep_filled(draft: Draft, message: Message, sender: User | None) -> None:
    """From now on the message says what was sent."""
    message.subject, message.body = fill_in(draft, message, sender)
    message.subject = message.subject[:255]
    message.details = {**message.details, "filled": True}
    message.details.pop("signature", None)


def hand_over(draft: Draft, action: Action, message: Message) -> None:
    """To whoever sends for this workspace: the event is what they act upon, and then they report back."""
    reach = reach_of(draft.state, action)
    keep_filled(draft, message, sender_of(draft.state, action, message))
    message.details = {**message.details, "to": reach.address}
    action.state, action.due_at = Leased.State.DONE, None
    draft.events.append(APPROVED)
    draft.event_data[APPROVED] = {
        "message": {
            "actionId": str(action.pk),
            "messageId": str(message.pk),
            "channel": message.channel,
            "to": reach.address,
            "subject": message.subject or None,
            "body": message.body,
        }
    }


def prepare(row: Action) -> Envelope | None:
    """Look once more whether it may leave. None: there is nothing for the worker to send."""
    return transact(lambda: _prepare(row))


def _prepare(row: Action) -> Envelope | None:
    opened = _open(row)
    if opened is None:
        return None
    draft, action, message = opened
    code = _stands_against(draft, action)
    if code == "opted_out":
        channel = channel_of(action)
        assert channel is not None
        _stop(draft, action, ActionStatus.CANCELLED, code, refusal_words(channel))
        return None
    if code:
        _stop(draft, action, ActionStatus.CANCELLED, code, str(REASONS[code]))
        return None
    try:
        reach = reach_of(draft.state, action)
        sender = sender_of(draft.state, action, message)
        if message.channel != "EMAIL":
            _pass_on(draft, action, message)
            return None
        keep_filled(draft, message, sender)
    except Invalid as refusal:
        problem = refusal.problems[0]
        _stop(draft, action, ActionStatus.FAILED, problem.code, problem.message)
        return None
    if draft.lead.is_test:
        _stop(draft, action, ActionStatus.COMPLETED, "test_lead", "")
        return None
    envelope = _envelope(reach.address, message, sender)
    message.details |= {"to": reach.address, "from": envelope.sender, "reply_to": envelope.reply_to}
    message.save(update_fields=["subject", "body", "details"])
    return envelope


def note_failure(row: Action, code: str, reason: str) -> None:
    """It did not go out and will not be tried again by itself; the timeline says so."""

    def write() -> None:
        opened = _open(row)
        if opened is not None:
            draft, action, _message = opened
            _stop(draft, action, ActionStatus.FAILED, code, reason)

    transact(write)


def _open(row: Action) -> tuple[Draft, Action, Message] | None:
    """Under the lock of the lead, if the worker still holds the row. A message that was called off, or whose
    lead was erased meanwhile, is not there any more."""
    workspace = row.workspace
    try:
        lead = find_lead(workspace, ById(row.lead_id, deleted=True), tests=None, lock=True)
    except NotFound:
        return None
    mine = Action.objects.filter(workspace=workspace, pk=row.pk, state=Leased.State.DUE)
    mine = mine.filter(lease_owner=row.lease_owner, attempt=row.attempt, status=ActionStatus.PENDING)
    action = mine.select_for_update(of=("self",)).first()
    if action is None:
        return None
    messages = Message.objects.filter(workspace=workspace, action=action, direction="OUTBOUND")
    message = messages.order_by("created_at", "pk").first()
    draft = Draft(LeadState(workspace, lead), WORKER)
    if message is None:
        # A plan of somebody else's system, with nothing in it that could be sent from here.
        Action.objects.filter(pk=action.pk).update(state=Leased.State.IDLE, due_at=None)
        return None
    return draft, action, message


def _stands_against(draft: Draft, action: Action) -> str:
    """Asked of the lead, of the list, and of others with the same address who were added at the same time."""
    lead, channel = draft.lead, channel_of(action)
    if lead.deleted_at is not None:
        return "deleted"
    if is_opted_out(lead, channel):
        return "opted_out"
    if lead.is_test:
        return ""
    try:
        key = reach_of(draft.state, action).key
    except Invalid:
        return ""
    standing = look_around(draft.state.workspace, lead, [key]).standing & {channel, Channel.ALL}
    agreed = ConsentEvent.objects.filter(workspace=draft.state.workspace, lead=lead, opted_in=True)
    if standing and not agreed.filter(channel__in=[channel, Channel.ALL]).exists():
        return "opted_out"
    return ""


def _stop(draft: Draft, action: Action, status: str, code: str, reason: str = "") -> None:
    move(draft, action, status, Leased.State.DEAD if status == ActionStatus.FAILED else Leased.State.IDLE)
    action.outcome, action.error, action.completed_at = code, reason, draft.moment
    summary = gettext_noop("Message not sent")
    told: dict[str, object] = {"action": action.pk, "reason": code, "message": reason}
    store(draft, kind="message_stopped", summary=summary, input=told, about=action)


def _pass_on(draft: Draft, action: Action, message: Message) -> None:
    """The time has come for what somebody else sends."""
    draft.move_action(action, ActionStatus.PENDING, Leased.State.DONE)
    hand_over(draft, action, message)
    message.save(update_fields=["subject", "body", "details"])
    store(
        draft, kind="message_handed_over", summary=gettext_noop("Message handed over"), input={}, about=action
    )


def _envelope(to: str, message: Message, sender: User | None) -> Envelope:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = address.rpartition("@")[2] or "localhost"
    return Envelope(
        to=to,
        subject=message.subject,
        body=message.body,
        sender=formataddr((sender.full_name or name, address)) if sender else settings.DEFAULT_FROM_EMAIL,
        reply_to=formataddr((sender.full_name, sender.email)) if sender else "",
        # The same at each attempt, so that one that was sent twice is shown once.
        message_id=f"<{message.pk.hex}@{domain}>",
    )


def _number(e164: object, text: str) -> str:
    return str(getattr(e164, "as_e164", e164) or "") or text


def _refuse(field: str, code: str, message: str) -> Invalid:
    return Invalid([Problem(field, code, message)])
