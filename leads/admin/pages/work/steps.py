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
from leads.admin.pages.lead.seen import Since
from leads.admin.pages.lead.slip import typed_before
from leads.admin.pages.work.calls import open_outcomes, read_call
from leads.admin.pages.work.moved import refuse_moved, seen_of
from leads.admin.pages.work.reach import form, told, warned, way_back
from leads.admin.pages.work.when import SNOOZES, When, read_when, their_time_now
from leads.admin.reach import lead_to_work
from leads.change import CLEAR, ById, LeadChange, Read
from leads.changes import apply_change, transact
from leads.changes.actions import complete_action, plan_action, reschedule_action
from leads.changes.claims import take_lead
from leads.errors import Invalid, LeadError, NotFound, Stale
from leads.models import Action, ActionKind, Lead
from leads.queries.find import find_lead
from leads.queries.newest import read_newest
from leads.queries.work import next_planned
from leads.queries.workspace import members_in
from leads.state import LeadState
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
            _put_off(desk, lead, request.POST.get("seen"), read_when(request.POST, desk, theirs, must=True))
        except (Invalid, LeadError) as error:
            refusal = error
        else:
            return told(request, desk, lead, _("Put off: %(lead)s.") % {"lead": lead})
    title = _("Put off: %(lead)s") % {"lead": lead}
    seen = seen_of(next_planned(desk.workspace, lead.pk))
    context = {"title": title, "lead": lead, "snoozes": SNOOZES, "theirs": theirs, "seen": seen}
    return form(request, "snooze", context, refusal)


def _put_off(desk: Desk, lead: Lead, seen: str | None, when: When) -> None:
    def write() -> None:
        find_lead(desk.workspace, ById(lead.pk), tests=None, lock=True)
        action = next_planned(desk.workspace, lead.pk)
        refuse_moved(desk, lead, action, seen, when.at)
        if action is not None:
            reschedule_action(desk.workspace, desk.actor, action.pk, at=when.at, zone=when.zone)
            return
        fields: dict[str, object] = {"next_action_at": when.at}
        if lead.assignee_id is None:
            fields["assignee"] = desk.user.pk
        apply_change(desk.workspace, desk.actor, ById(lead.pk), LeadChange(fields=fields))

    transact(write)


def reassign(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Hand it to a colleague, to the AI, or back to everybody."""
    lead = lead_to_work(desk, lead_id)
    refusal: Invalid | LeadError | None = None
    if request.method == "POST":
        try:
            apply_change(desk.workspace, desk.actor, ById(lead.pk), _read_handing_over(request.POST))
        except (Invalid, LeadError) as error:
            refusal = error
        else:
            return told(request, desk, lead, _("Handed over: %(lead)s.") % {"lead": lead})
    members = members_in(desk.workspace)
    title = _("Hand over: %(lead)s") % {"lead": lead}
    return form(request, "reassign", {"title": title, "lead": lead, "members": members}, refusal)


def _read_handing_over(sent: Mapping[str, str]) -> Read:
    """The second of two who hand it over at once is told, and may press again."""
    to = sent.get("to", "")
    fields: dict[str, object] = {"assignee": to}
    if to in {"", _AI}:
        fields = {"assignee": CLEAR, "assignee_type": "AI_AGENT" if to == _AI else "HUMAN_AGENT"}

    def read(state: LeadState) -> LeadChange:
        since, lead = Since.of(state, sent), state.lead
        if since.overtakes("assignee", "assignee", None if to in {"", _AI} else to):
            words = _(
                "%(who)s handed this lead over a moment ago; it is now with %(whose)s. Nothing was changed; "
                "press again if yours is to stand."
            )
            whose = lead.assignee or (_("the AI") if lead.assignee_type == "AI_AGENT" else _("nobody"))
            told_of = {"who": since.clashes[0].entry.actor_name, "whose": whose}
            raise Stale(words % told_of, since.seen or 0, lead.version)
        return LeadChange(fields=fields)

    return read


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
