"""What becomes of a message before it leaves: edited, approved once, rejected, or tried once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import Role, Workspace
from leads.change import Actor, ActorKind
from leads.changes.actions import change_action, clean_reason
from leads.changes.draft import OPEN, Draft
from leads.changes.followups import MESSAGES, cancel, channel_of, is_opted_out, move, refusal_words
from leads.changes.messages import OUTBOUND, clean_message, settle_refusal
from leads.changes.sending import fill_in, hand_over, reach_of, sender_of
from leads.errors import Forbidden, Refused
from leads.models import Action, ActionStatus, Message
from leads.models.outbox import Leased

WAITING: Final = (ActionStatus.AWAITING_APPROVAL,)


def edit_message(  # noqa: PLR0913 (a message, with a name for each of its parts)
    workspace: Workspace,
    actor: Actor,
    action_id: object,
    *,
    body: object = None,
    subject: object = None,
    seen: tuple[str, str] | None = None,
    only: tuple[str, ...] = OPEN,
) -> Action:
    """Other words, before it was sent. What a machine rewrites must be approved anew. `seen` is what the
    words were changed from; when they are others by now, nothing is changed."""

    def edit(draft: Draft, action: Action) -> str:
        message = message_of(action)
        _refuse_unseen(message, seen)
        text = clean_message(
            message.channel,
            message.subject if subject is None else subject,
            message.body if body is None else body,
            action.kind,
        )
        if (text.subject, text.body) == (message.subject, message.body):
            return ""
        before = {"subject": message.subject, "body": message.body}
        message.subject, message.body = text.subject, text.body
        message.details = {**message.details, "edited_by": actor.name}
        message.details.pop("filled", None)
        message.save(update_fields=["subject", "body", "details"])
        draft.tell(f"/actions/{action.pk}/text", before, {"subject": text.subject, "body": text.body})
        if actor.kind != ActorKind.USER and action.status == ActionStatus.PENDING:
            move(draft, action, ActionStatus.AWAITING_APPROVAL, Leased.State.IDLE)
        return gettext_noop("Message edited")

    return _change(workspace, actor, action_id, "message_edited", edit, only=only)


def approve_message(
    workspace: Workspace, actor: Actor, action_id: object, *, seen: tuple[str, str] | None = None
) -> Action:
    """Let it go out, once: the second of two who approve it is refused. `seen` is the subject and the body
    that were looked at; when they are others by now, nothing is approved."""

    def approve(draft: Draft, action: Action) -> str:
        message = message_of(action)
        _refuse_approver(workspace, actor, action)
        _refuse_unseen(message, seen)
        if _is_stopped(draft, action):
            return gettext_noop("Message not sent")
        reach_of(draft.state, action)
        fill_in(draft, message, sender_of(draft.state, action, message))
        message.details = {**message.details, "approved_by": str(actor.user_id)}
        _release(draft, action, message)
        return gettext_noop("Message approved")

    return settle_refusal(_change(workspace, actor, action_id, "message_approved", approve, only=WAITING))


def reject_message(workspace: Workspace, actor: Actor, action_id: object, *, reason: object) -> Action:
    line = clean_reason(reason)

    def reject(draft: Draft, action: Action) -> str:
        cancel(draft, action, "rejected", line)
        return gettext_noop("Message rejected")

    return _change(workspace, actor, action_id, "message_rejected", reject, only=WAITING)


def resend_message(workspace: Workspace, actor: Actor, action_id: object) -> Action:
    """Try once more what failed."""

    def resend(draft: Draft, action: Action) -> str:
        _refuse_approver(workspace, actor, action)
        if _is_stopped(draft, action):
            return gettext_noop("Message not sent")
        _release(draft, action, message_of(action))
        return gettext_noop("Message sent again")

    return settle_refusal(
        _change(workspace, actor, action_id, "message_resent", resend, only=(ActionStatus.FAILED,))
    )


def message_of(action: Action) -> Message:
    """What is to be sent by an action."""
    rows = Message.objects.filter(workspace=action.workspace_id, action=action, direction=OUTBOUND)
    message = rows.order_by("created_at", "pk").first()
    if message is None:
        raise Refused("no_message", _("This is no message that is sent from here."))
    return message


def _refuse_unseen(message: Message, seen: tuple[str, str] | None) -> None:
    if seen is not None and seen != (message.subject, message.body):
        raise Refused("changed_meanwhile", _("The text was changed meanwhile; read it again."))


def _is_stopped(draft: Draft, action: Action) -> bool:
    channel = channel_of(action)
    if not is_opted_out(draft.lead, channel):
        return False
    assert channel is not None
    cancel(draft, action, "opted_out", refusal_words(channel))
    return True


def _release(draft: Draft, action: Action, message: Message) -> None:
    """To the worker; or, where somebody else sends, to them at once if it is time."""
    move(draft, action, ActionStatus.PENDING, Leased.State.DUE)
    if message.channel != "EMAIL" and action.scheduled_at <= draft.moment:
        hand_over(draft, action, message)
    message.save(update_fields=["subject", "body", "details"])


def _refuse_approver(workspace: Workspace, actor: Actor, action: Action) -> None:
    if actor.user_id is None:
        raise Forbidden(_("Only a person can approve a message; send this as a member."))
    own = action.user_id == actor.user_id
    if workspace.approve_all_messages and own and actor.role == Role.AGENT:
        raise Forbidden(_("Somebody else must approve what you wrote."))


def _change(
    workspace: Workspace,
    actor: Actor,
    action_id: object,
    kind: str,
    work: Callable[[Draft, Action], str],
    *,
    only: tuple[str, ...] = OPEN,
) -> Action:
    def change(draft: Draft, action: Action) -> str:
        if action.kind not in MESSAGES:
            raise Refused("no_message", _("This is no message that is sent from here."))
        return work(draft, action)

    return change_action(workspace, actor, action_id, kind, change, only=only)
