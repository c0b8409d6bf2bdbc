"""What is done with a row of the queue: done, put off, handed over, taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leads.admin.desk import Desk
from leads.admin.pages.lead.slip import typed_before
from leads.admin.pages.work.calls import open_outcomes, read_call
from leads.admin.pages.work.reach import form, told, warned, way_back
from leads.admin.pages.work.when import SNOOZES, read_when, their_time_now
from leads.admin.reach import lead_to_work
from leads.change import CLEAR, ById, LeadChange
from leads.changes import apply_change, transact
from leads.changes.actions import complete_action, plan_action, reschedule_action
from leads.changes.claims import take_lead
from leads.errors import Invalid, LeadError, NotFound
from leads.models import Action, ActionKind, Lead
from leads.queries.newest import read_newest
from leads.queries.work import next_planned
from leads.queries.workspace import members_in
from leads.values import LocalTime

_AI: Final = "ai"
# A call that was taken back is among so many of the newest lines, or something happened since.
_LAST: Final = 12


def finish(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Done: what came of it, and what follows, in one small form."""
    lead = lead_to_work(desk, lead_id)
    action = next_planned(desk.workspace, lead.pk)
    theirs = their_time_now(lead)
    refusal: Invalid | LeadError | None = None
    if request.method == "POST":
        try:
            _finish(desk, lead, action, request.POST, theirs)
        except (Invalid, LeadError) as error:
            refusal = error
        else:
            return told(request, desk, lead, _("Done: %(lead)s.") % {"lead": lead})
    context = {
        "title": _("Done: %(lead)s") % {"lead": lead},
        "lead": lead,
        "action": action,
        "is_call": _is_call(action),
        "outcomes": open_outcomes(desk),
        "theirs": theirs,
        "follow_ups": SNOOZES,
        "opted_out": lead.opted_out_at or lead.call_opted_out_at,
        "typed": request.POST or _typed_before(desk, lead),
    }
    return form(request, "done", context, refusal)


def _finish(
    desk: Desk, lead: Lead, action: Action | None, sent: Mapping[str, Any], theirs: LocalTime | None
) -> None:
    if _is_call(action):
        call = read_call(desk, sent, theirs, action.pk if action else None)
        apply_change(desk.workspace, desk.actor, ById(lead.pk), LeadChange(call=call))
        return
    when = read_when(sent, desk, theirs)
    note, outcome = sent.get("note", ""), sent.get("outcome", "")
    assert action is not None, "without one it is a call"
    done = action.pk

    def write() -> None:
        complete_action(desk.workspace, desk.actor, done, outcome=outcome, note=note)
        if when.at is not None:
            plan_action(
                desk.workspace,
                desk.actor,
                ById(lead.pk),
                kind=ActionKind.CALL,
                at=when.at,
                summary=gettext_noop("Call again"),
                zone=when.zone,
            )

    transact(write)


def _typed_before(desk: Desk, lead: Lead) -> dict[str, str]:
    return typed_before(read_newest(desk.workspace, lead, _LAST).page.lines, desk)


def _is_call(action: Action | None) -> bool:
    """Where nothing was planned, what was done was a call."""
    return action is None or action.kind == ActionKind.CALL


def snooze(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Put off what is planned; where nothing is, plan it. Whoever plans for nobody's lead has it."""
    lead = lead_to_work(desk, lead_id)
    theirs = their_time_now(lead)
    refusal: Invalid | LeadError | None = None
    if request.method == "POST":
        try:
            when = read_when(request.POST, desk, theirs, must=True)
            action = next_planned(desk.workspace, lead.pk)
            if action is not None:
                reschedule_action(desk.workspace, desk.actor, action.pk, at=when.at, zone=when.zone)
            else:
                fields: dict[str, object] = {"next_action_at": when.at}
                if lead.assignee_id is None:
                    fields["assignee"] = desk.user.pk
                apply_change(desk.workspace, desk.actor, ById(lead.pk), LeadChange(fields=fields))
        except (Invalid, LeadError) as error:
            refusal = error
        else:
            return told(request, desk, lead, _("Put off: %(lead)s.") % {"lead": lead})
    title = _("Put off: %(lead)s") % {"lead": lead}
    context = {"title": title, "lead": lead, "snoozes": SNOOZES, "theirs": theirs}
    return form(request, "snooze", context, refusal)


def reassign(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Hand it to a colleague, to the AI, or back to everybody."""
    lead = lead_to_work(desk, lead_id)
    refusal: Invalid | LeadError | None = None
    if request.method == "POST":
        to = request.POST.get("to", "")
        fields: dict[str, object] = {"assignee": to}
        if to in {"", _AI}:
            fields = {"assignee": CLEAR, "assignee_type": "AI_AGENT" if to == _AI else "HUMAN_AGENT"}
        try:
            apply_change(desk.workspace, desk.actor, ById(lead.pk), LeadChange(fields=fields))
        except (Invalid, LeadError) as error:
            refusal = error
        else:
            return told(request, desk, lead, _("Handed over: %(lead)s.") % {"lead": lead})
    members = members_in(desk.workspace)
    title = _("Hand over: %(lead)s") % {"lead": lead}
    return form(request, "reassign", {"title": title, "lead": lead, "members": members}, refusal)


def take(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Make it mine. Whoever comes second is told who was first."""
    if request.method != "POST":
        return redirect(way_back(request))
    try:
        outcome = take_lead(desk.workspace, desk.actor, ById(lead_id))
    except NotFound:
        raise Http404 from None
    except (Invalid, LeadError) as refusal:
        return warned(request, refusal)
    return told(request, desk, outcome.lead, _("%(lead)s is yours.") % {"lead": outcome.lead})
