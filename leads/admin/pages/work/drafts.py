"""Approving or rejecting what the AI, or a colleague, wrote; once, and only the words that were read."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leads.admin.clocks import ended, written
from leads.admin.desk import Desk
from leads.admin.pages.work.reach import told, warned, way_back
from leads.admin.reach import lead_to_work
from leads.admin.refusals import who_was_first
from leads.changes.actions import find_action
from leads.changes.approval import approve_message, message_of, reject_message
from leads.errors import Invalid, LeadError, NotFound, Refused
from leads.models import Action, ActionStatus, Lead, Message


def approve(request: HttpRequest, desk: Desk, action_id: UUID) -> HttpResponse:
    return _decide(request, desk, action_id, approves=True)


def reject(request: HttpRequest, desk: Desk, action_id: UUID) -> HttpResponse:
    return _decide(request, desk, action_id, approves=False)


def digest_of(message: Message | None) -> str:
    """Stands for the words that were shown, without sending them along a second time."""
    words = f"{message.subject}\0{message.body}" if message else ""
    return sha256(words.encode()).hexdigest()[:32]


def _decide(request: HttpRequest, desk: Desk, action_id: UUID, *, approves: bool) -> HttpResponse:
    if request.method != "POST":
        return redirect(way_back(request))
    action, lead = _draft(desk, action_id)
    try:
        if not approves:
            reject_message(desk.workspace, desk.actor, action.pk, reason=request.POST.get("reason", ""))
            return told(request, desk, lead, _("The draft to %(lead)s is rejected.") % {"lead": lead})
        message = message_of(action)
        if request.POST.get("seen") != digest_of(message):
            raise Refused("changed_meanwhile", _("The text was changed meanwhile; read it again."))
        seen = (message.subject, message.body)
        done = approve_message(desk.workspace, desk.actor, action.pk, seen=seen)
    except (Invalid, LeadError) as refusal:
        return warned(request, who_was_first(desk.workspace, action, refusal))
    if done.status == ActionStatus.CANCELLED:
        return told(
            request, desk, lead, _("Not sent to %(lead)s: %(why)s") % {"lead": lead, "why": done.error}
        )
    text = _("The message to %(lead)s is on its way.") % {"lead": lead}
    if done.scheduled_at > now():
        text = _("The message to %(lead)s leaves on %(when)s.")
        text = ended(text % {"lead": lead, "when": written(done.scheduled_at)})
    return told(request, desk, lead, text)


def _draft(desk: Desk, action_id: UUID) -> tuple[Action, Lead]:
    try:
        action = find_action(desk.workspace, desk.actor, action_id)
    except NotFound:
        raise Http404 from None
    return action, lead_to_work(desk, action.lead_id)
