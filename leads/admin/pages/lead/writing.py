"""Messages to the lead: written with templates and a preview, drafts edited, approved once, or rejected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leads.admin.clocks import ended
from leads.admin.desk import Desk
from leads.admin.pages.lead.opening import open_full
from leads.admin.pages.lead.previewing import preview_of
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import Done, Refusal, context_of, sheet, step
from leads.admin.pages.render import fragment, is_partial, page
from leads.admin.refusals import who_was_first
from leads.admin.telling import moment_words
from leads.change import ById
from leads.changes.actions import find_action
from leads.changes.approval import (
    WAITING,
    approve_message,
    edit_message,
    message_of,
    reject_message,
    resend_message,
)
from leads.changes.messages import write_message
from leads.changes.sending import APPROVED
from leads.changes.templates import NAMES
from leads.errors import LeadError, NotFound
from leads.models import Action, ActionStatus, Lead, MessageTemplate
from leads.models.outbox import Leased
from leads.queries.catalogue import load_catalogue
from leads.queries.log import newest_of_action
from leads.queries.workspace import find_template, templates_in

CHANNELS: Final = (("EMAIL", gettext_lazy("Email")), ("SMS", gettext_lazy("Text message")))


def _write_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    typed = refusal.typed if refusal else query
    channel = typed.get("channel", "")
    if channel not in dict(CHANNELS):
        channel = "EMAIL" if sight.lead.email or not sight.lead.phone else "SMS"
    text = {"subject": typed.get("subject", ""), "body": typed.get("body", "")}
    templates = templates_in(desk.workspace, channel=channel)
    wanted = typed.get("template", "")
    if wanted and refusal is None and (chosen := _template(desk, wanted)) is not None:
        text = {"subject": chosen.subject, "body": chosen.body}
    return {
        **text,
        "channel": channel,
        "channels": CHANNELS,
        "templates": templates,
        "wanted": wanted,
        "blanks": NAMES,
        "addresses": addresses_of(sight, channel),
        "preview": preview_of(desk, sight.lead, text, desk.user, signed=True),
        "stopped": _stopped(sight, channel),
        "unheard": _is_unheard(desk, sight, channel),
        "waits": desk.workspace.approve_all_messages,
    }


def _template(desk: Desk, wanted: str) -> MessageTemplate | None:
    if parse_id(wanted) is None:
        return None
    try:
        return find_template(desk.workspace, wanted)
    except NotFound:
        return None


def addresses_of(sight: Sight, channel: str) -> list[str]:
    """Where it may go: the lead's own first, then further ones that work."""
    lead, kind = sight.lead, "email" if channel == "EMAIL" else "phone"
    own = lead.email if channel == "EMAIL" else lead.phone
    further = [row.value for row in sight.full.contact_points if row.kind == kind and not row.is_bad]
    return [one for one in (own, *further) if one]


def _stopped(sight: Sight, channel: str) -> bool:
    wanted = "email" if channel == "EMAIL" else "sms"
    return any(one.channel == wanted and one.state == "out" for one in sight.consents)


def _is_unheard(desk: Desk, sight: Sight, channel: str) -> bool:
    """Whether no webhook would tell a sender of text messages that there is one to send."""
    heard = load_catalogue(desk.workspace).listeners(APPROVED, is_test=sight.lead.is_test, api_key=None)
    return channel != "EMAIL" and not heard


@sheet("leads/sheets/_write.html", gettext_lazy("Write to the lead"), "next", context=_write_context)
def write(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    action = write_message(
        desk.workspace,
        desk.actor,
        ById(lead.pk),
        channel=form.get("channel", ""),
        subject=form.get("subject", ""),
        body=form.get("body", ""),
        to=form.get("to", ""),
    )
    if action.status == "AWAITING_APPROVAL":
        return Done(_("Written. Somebody has to approve it before it leaves."), level="info")
    return Done(_("Sent on its way."))


def preview(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """What the typed text would say, while it is written."""
    sight = Sight(desk, open_full(desk, lead_id))
    form = request.POST or request.GET
    text = {"subject": form.get("subject", ""), "body": form.get("body", "")}
    context = {**context_of(sight), "preview": preview_of(desk, sight.lead, text, desk.user, signed=True)}
    if is_partial(request):
        return fragment(request, "leads/sheets/_preview.html", context)
    return page(request, "leads/sheet.html", {**context, "sheet": "leads/sheets/_preview.html"})


# Drafts


def _told(desk: Desk, action: Action, text: str) -> Done:
    return Done(text, newest_of_action(desk.workspace, action))


def _seen(form: QueryDict) -> tuple[str, str] | None:
    """The text that was looked at. A browser sends each end of a line as two characters."""
    if "seen_body" not in form:
        return None
    return form.get("seen_subject", ""), form.get("seen_body", "").replace("\r\n", "\n")


def _decide(desk: Desk, key: str, work: Callable[[], Action]) -> Action:
    """The second of two hears who was first."""
    try:
        return work()
    except LeadError as refusal:
        raise who_was_first(desk.workspace, find_action(desk.workspace, desk.actor, key), refusal) from None


@step("drafts", "draft")
def approve(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    """What stands in the form is what leaves: edited there, it is stored first, and approved as stored."""
    key, typed = form.get("action", ""), (form.get("subject", ""), form.get("body", "").replace("\r\n", "\n"))

    def work() -> Action:
        seen = _seen(form)
        if seen is not None and typed != seen:
            (subject, body), actor = typed, desk.actor
            # What was approved before is not given other words by this.
            action = edit_message(
                desk.workspace, actor, key, subject=subject, body=body, seen=seen, only=WAITING
            )
            message = message_of(action)
            seen = message.subject, message.body
        return approve_message(desk.workspace, desk.actor, key, seen=seen)

    done = _decide(desk, key, work)
    if done.status == ActionStatus.CANCELLED:
        return Done(_("Not sent: %s") % done.error, None, ("next",), level="warning")
    # What was handed to another sender cannot be held back from here.
    entry = None if done.state == Leased.State.DONE else newest_of_action(desk.workspace, done)
    if done.scheduled_at > now():
        return Done(
            ended(_("Approved; it leaves on %s.") % moment_words(done.scheduled_at)), entry, ("next",)
        )
    return Done(_("Approved; it is on its way."), entry, ("next",))


@step("drafts", "draft")
def edit(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    action = edit_message(
        desk.workspace,
        desk.actor,
        form.get("action", ""),
        subject=form.get("subject", ""),
        body=form.get("body", "").replace("\r\n", "\n"),
        seen=_seen(form),
    )
    return _told(desk, action, _("Draft saved."))


@step("drafts", "draft")
def reject(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    key, reason = form.get("action", ""), form.get("reason", "")
    action = _decide(desk, key, lambda: reject_message(desk.workspace, desk.actor, key, reason=reason))
    return _told(desk, action, _("Draft rejected."))


@step("story", "resend")
def resend(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    resend_message(desk.workspace, desk.actor, form.get("action", ""))
    return Done(_("It is tried once more."))
