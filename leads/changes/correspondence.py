"""What others tell about messages: how one fared that they sent for us, and what a lead wrote back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import Workspace
from leads.change import Actor, ById, ConsentWish, Where
from leads.changes.actions import find_action, open_draft
from leads.changes.consent import look_at_others, set_consent, spread_opt_outs
from leads.changes.draft import Draft
from leads.changes.followups import MESSAGES, move, new_action
from leads.changes.messages import CHANNELS, OUTBOUND
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import Refused
from leads.models import Action, ActionKind, ActionStatus, Channel, Message
from leads.models.outbox import Leased
from leads.validation.judge import refuse_future
from leads.validation.problems import Problems
from leads.values import LIMITS, clean_choice, clean_line, clean_moment, clean_text, format_moment

SENT, DELIVERED, FAILED = "sent", "delivered", "failed"
REPORTS: Final = (SENT, DELIVERED, FAILED)
_SUMMARIES: Final = {
    SENT: gettext_noop("Message sent"),
    DELIVERED: gettext_noop("Message delivered"),
    FAILED: gettext_noop("Message not sent"),
}
_LATE: Final = gettext_noop("Message had left before it was called off")
INBOUND: Final = "INBOUND"
# A text message of one such word is a revocation, however it was meant to be read; the carriers' own words.
_STOP: Final = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
_START: Final = frozenset("START UNSTOP".split())
_HELP: Final = frozenset("HELP INFO".split())


def report_message(
    workspace: Workspace,
    actor: Actor,
    action_id: object,
    *,
    status: str,
    error: object = "",
    external_id: object = "",
) -> Action:
    """How a message fared with whoever sends it. Said again, or late, it changes nothing."""
    problems = Problems()
    problems.attempt("status", status, lambda: clean_choice(status, REPORTS))
    trouble = problems.attempt("error", error, lambda: clean_text(error, LIMITS.note, multiline=True)) or ""
    key = problems.attempt("external_id", external_id, lambda: clean_line(external_id)) or ""
    problems.settle()

    def write() -> Action:
        found = find_action(workspace, actor, action_id)
        draft = open_draft(workspace, actor, ById(found.lead_id))
        action = Action.objects.select_for_update(of=("self",)).get(pk=found.pk)
        _refuse_unsent(action)
        late = action.status == ActionStatus.CANCELLED
        if not _is_news(action, status):
            return action
        _report(draft, action, status, trouble, key)
        told: dict[str, object] = {"status": status, "external_id": key, "error": trouble}
        summary = _LATE if late else _SUMMARIES[status]
        store(draft, kind="message_reported", summary=summary, input=told, about=action)
        return action

    return transact(write)


def _refuse_unsent(action: Action) -> None:
    if action.kind not in MESSAGES or action.status == ActionStatus.AWAITING_APPROVAL:
        raise Refused("not_sent", _("This message was not handed over yet; wait for message.approved."))
    if action.status == ActionStatus.CANCELLED and not _was_handed_over(action):
        raise Refused("not_open", _("This message was called off; it is not to be sent."))


def _was_handed_over(action: Action) -> bool:
    """To whoever sends it, before it was called off: then it may have left all the same."""
    rows = Message.objects.filter(workspace=action.workspace_id, action=action, direction=OUTBOUND)
    return rows.exclude(channel="EMAIL").filter(details__has_key="to").exists()


def _is_news(action: Action, status: str) -> bool:
    if action.status == ActionStatus.PENDING:
        return True
    if action.status == ActionStatus.CANCELLED:
        return status != FAILED
    if action.status == ActionStatus.COMPLETED:
        return status != SENT and action.outcome not in {DELIVERED, status}
    return status == DELIVERED


def _report(draft: Draft, action: Action, status: str, trouble: str, external_id: str) -> None:
    output: dict[str, Any] = dict(action.output or {})
    output[f"{status}_at"] = format_moment(draft.moment)
    if external_id:
        output["external_id"] = external_id
    state = ActionStatus.FAILED if status == FAILED else ActionStatus.COMPLETED
    move(draft, action, state, Leased.State.DONE)
    action.completed_at = action.completed_at or draft.moment
    action.outcome, action.output = status, output
    action.error = (trouble or _("The sender gave no reason.")) if status == FAILED else ""


def receive_message(  # noqa: PLR0913 (a message, with a name for each of its parts)
    workspace: Workspace,
    actor: Actor,
    where: Where,
    *,
    channel: str,
    body: object,
    subject: object = "",
    details: Mapping[str, object] | None = None,
    external_id: object = "",
    at: object = None,
) -> Action:
    """What a lead wrote. Told twice under one `external_id`, it is there once; STOP is an opt-out."""
    problems = Problems()
    problems.attempt("channel", channel, lambda: clean_choice(channel, CHANNELS))
    title = problems.attempt("subject", subject, lambda: clean_line(subject)) or ""
    text = problems.attempt("body", body, lambda: clean_text(body, LIMITS.note, multiline=True)) or ""
    key = problems.attempt("external_id", external_id, lambda: clean_line(external_id)) or ""
    moment = None if at is None else problems.attempt("at", at, lambda: clean_moment(at))
    refuse_future("at", moment, problems)
    problems.settle()

    def write() -> Action:
        draft = open_draft(workspace, actor, where)
        known = _known(draft, key)
        if known is not None:
            return known
        action = _receive(draft, channel, moment)
        if key:
            action.output = {"external_id": key}
        draft.actions.append(action)
        if channel != "EMAIL":
            _heed(draft, text)
        store(draft, kind="message_received", summary=action.summary, input={"channel": channel})
        spread_opt_outs(draft)
        _keep(draft, action, title, text, {**(details or {}), **(action.output or {})})
        return action

    return transact(write)


def _known(draft: Draft, external_id: str) -> Action | None:
    if not external_id:
        return None
    rows = Message.objects.filter(workspace=draft.state.workspace, lead=draft.lead, direction=INBOUND)
    row = rows.filter(details__external_id=external_id).select_related("action").first()
    return row.action if row else None


def _receive(draft: Draft, channel: str, moment: datetime | None) -> Action:
    action = new_action(draft, ActionKind.MESSAGE, gettext_noop("Message received"))
    action.status, action.completed_at = ActionStatus.COMPLETED, moment or draft.moment
    action.scheduled_at = action.completed_at
    action.input = {"channel": channel, "direction": INBOUND}
    return action


def _keep(draft: Draft, action: Action, subject: str, body: str, details: Mapping[str, object]) -> None:
    Message.objects.create(
        workspace=draft.state.workspace,
        action=action,
        lead=draft.lead,
        channel=str((action.input or {})["channel"]),
        direction=INBOUND,
        subject=subject,
        body=body,
        details=dict(details),
        created_at=draft.moment,
    )


def _heed(draft: Draft, text: str) -> None:
    word = text.strip().strip(".!\"'").upper().replace("-", "").replace(" ", "")
    if word in _HELP:
        draft.set_column("sms_help_requested_at", draft.moment)
    elif word in _STOP or word in _START:
        opted_in = word in _START
        set_consent(draft, [ConsentWish(Channel.SMS, opted_in=opted_in, text_shown=text[:200])])
        look_at_others(draft)
