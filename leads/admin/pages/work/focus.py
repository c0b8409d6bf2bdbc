"""Focus mode: one lead at a time, held against colleagues, one key for each outcome of a call."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadhub.workspaces.clock import now
from leads.admin.desk import Desk
from leads.admin.notices import notices, tell
from leads.admin.pages.lead.opening import open_any
from leads.admin.pages.lead.slip import typed_before
from leads.admin.pages.lead.story import in_brief
from leads.admin.pages.render import fragment, page
from leads.admin.pages.work.calls import AGREED, log, open_outcomes
from leads.admin.pages.work.reach import told
from leads.admin.pages.work.run import begin_run, end_run, hand_out, keep_run, run_of
from leads.admin.pages.work.when import SNOOZES, their_time_now
from leads.admin.reach import lead_at
from leads.admin.refusals import Refusal, sentences
from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.changes.claims import claim_lead, release_lead
from leads.errors import Invalid, LeadError, Refused
from leads.models import Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.newest import read_newest
from leads.queries.work import contact_points_in, next_planned

_LAST: Final = 6


def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Begin a run; who comes by the address alone goes on with the one at hand."""
    if request.method == "POST":
        begin_run(request, desk, request.POST.get("part", ""), request.POST.get("whose", ""))
    return redirect("admin:work_next")


def next_lead(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Pass the lead that was worked, and hand out the one behind it."""
    run = run_of(request, desk)
    if run is None:
        return redirect("admin:index")
    passed = request.GET.get("after", "")
    if passed and passed not in run.passed and len(passed) == len(str(desk.user.pk)):
        run.passed.append(passed)
        keep_run(request, run)
    lead_id = hand_out(request, desk, run)
    if lead_id is not None:
        return redirect("admin:work_focus_lead", lead_id=lead_id)
    end_run(request)
    count = len(run.passed)
    words = ngettext("That was all: %d lead worked through.", "That was all: %d leads worked through.", count)
    text = words % count if count else _("There is nothing here that a colleague is not on already.")
    tell(request, text, level="success" if count else "info")
    return redirect(f"{reverse('admin:index')}?part={run.part}&whose={run.whose}")


def show(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Who comes back to a lead by an undo has it at hand again."""
    lead = lead_at(desk, lead_id)
    run = run_of(request, desk)
    if run is not None and str(lead.pk) in run.passed:
        run.passed.remove(str(lead.pk))
        run.left += 1
        keep_run(request, run)
    return _shown(request, desk, lead)


def call(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Log the call, plan the next try, go on. A key pressed twice logs one call."""
    if request.method != "POST":
        return redirect("admin:work_focus_lead", lead_id=lead_id)
    lead = open_any(desk, lead_id)
    if not desk.may_edit(lead.assignee_id):
        return _came_late(request, desk, lead)
    theirs = their_time_now(lead)
    try:
        words = log(desk, lead, request.POST, theirs)
    except Refused as refusal:
        if refusal.reason != "called_meanwhile":
            return _shown(request, desk, lead, refusal)
        tell(request, refusal.message, level="info")
        return redirect(_next(lead))
    except (Invalid, LeadError) as refusal:
        return _shown(request, desk, lead, refusal)
    return told(request, desk, lead, words, _next(lead))


def _came_late(request: HttpRequest, desk: Desk, lead: Lead) -> HttpResponse:
    """A colleague has it by now: no call is logged, but what was typed reaches them, and the run goes on.
    Whose lead it is may be told to everybody, its name may not."""
    who, note = lead.assignee or _("A colleague"), request.POST.get("note", "").strip()
    text = _("%(who)s has this lead by now, so your call was not logged.") % {"who": who}
    if note:
        try:
            apply_change(desk.workspace, desk.actor, ById(lead.pk), LeadChange(note=note))
        except (Invalid, LeadError) as refusal:
            text = " ".join([text, *sentences(refusal)])
        else:
            text = f"{text} {_('Your note was left for them.')}"
    tell(request, text, level="warning")
    return redirect(_next(lead))


def hold(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """The open page asks every minute, so that nobody else gets the lead meanwhile."""
    if request.method != "POST":
        return redirect("admin:work_focus_lead", lead_id=lead_id)
    try:
        claim_lead(desk.workspace, desk.actor, ById(lead_id))
    except LeadError as refusal:
        tell(request, refusal.message, level="warning")
        answer = fragment(request, "staff/work/_lost.html", {"notices": notices(request)})
        answer.status_code = 286  # says htmx to stop asking
        return answer
    return HttpResponse(status=204)


def skip(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Not now: somebody else may have it, or has it by now, and the run goes on."""
    if request.method != "POST":
        return redirect("admin:work_focus_lead", lead_id=lead_id)
    lead = open_any(desk, lead_id)
    release_lead(desk.workspace, desk.actor, ById(lead.pk))
    return redirect(_next(lead))


def leave(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    lead = open_any(desk, lead_id)
    run = run_of(request, desk)
    if request.method == "POST":
        release_lead(desk.workspace, desk.actor, ById(lead.pk))
        end_run(request)
    return redirect(f"{reverse('admin:index')}?part={run.part}&whose={run.whose}" if run else "admin:index")


def _next(lead: Lead) -> str:
    return f"{reverse('admin:work_next')}?after={lead.pk}"


def _shown(request: HttpRequest, desk: Desk, lead: Lead, refusal: Refusal | None = None) -> HttpResponse:
    moment = now()
    claimed = lead.claimed_by_id not in {None, desk.user.pk} and (lead.claimed_until or moment) > moment
    # Each claim that is left out may have been given back.
    log = read_newest(desk.workspace, lead, 3 * _LAST).page.lines
    context: dict[str, Any] = {
        "title": str(lead),
        "lead": lead,
        "run": run_of(request, desk),
        "outcomes": open_outcomes(desk),
        "agreed": AGREED,
        "theirs": their_time_now(lead),
        "action": next_planned(desk.workspace, lead.pk),
        "points": contact_points_in(desk.workspace, lead.pk),
        "log": in_brief(log, load_catalogue(desk.workspace))[:_LAST],
        "is_free": desk.may_edit(lead.assignee_id) and not claimed,
        "opted_out": lead.opted_out_at or lead.call_opted_out_at,
        "waits": lead.attempts == 0 and lead.first_response_at is None,
        "follow_ups": SNOOZES[:-1],
        "back": _next(lead),
        "problems": sentences(refusal),
        "typed": request.POST or typed_before(log, desk),
    }
    return page(request, "staff/work/focus.html", context, 422 if refusal else 200)
