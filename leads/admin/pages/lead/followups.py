"""What is to be done next, calls that were made, and notes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.clock import now
from leads.admin.clocks import ended
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.lead.opening import open_any
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.slip import typed_before
from leads.admin.pages.lead.steps import Done, Refusal, finish, refuse, sheet, step
from leads.admin.pages.render import go
from leads.admin.pages.work.calls import AGREED, ask_when, what_follows
from leads.admin.pages.work.moved import refuse_moved
from leads.admin.pages.work.when import their_time_now
from leads.admin.telling import moment_words
from leads.change import ById, CallLog, LeadChange
from leads.changes import apply_change
from leads.changes.actions import cancel_action, complete_action, plan_action, reschedule_action
from leads.changes.transact import transact
from leads.errors import Invalid, LeadError, Problem
from leads.models import Action, ActionKind, Entry, Lead
from leads.queries.find import find_lead
from leads.queries.log import newest_of_action
from leads.queries.plans import open_actions
from leads.values import clean_moment, zone_of

# Whose clock a typed time is read by.
THEIRS = "theirs"
_MORNING = time(9, 0)


def zone_name(desk: Desk, lead: Lead, whose: str) -> str:
    """The zone that a time was typed in: the lead's, where it is known, or that of whoever types."""
    there = their_time_now(lead) if whose == THEIRS else None
    theirs = there.zone if there else None
    return str(theirs or desk.zone)


def read_time(desk: Desk, lead: Lead, form: QueryDict, field: str = "at") -> datetime:
    """One of the quick times, or a typed one; at nine in the morning where only the day counts."""
    zone = zone_of(zone_name(desk, lead, form.get("whose", ""))) or desk.zone
    quick = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
    wanted = form.get("quick", "")
    if wanted == "hour":
        return now() + quick["hour"]
    if wanted in quick:
        day = (now().astimezone(zone) + quick[wanted]).date()
        return datetime.combine(day, _MORNING, zone)
    text = form.get(field, "").strip()
    if not text:
        raise Invalid([Problem(field, "required", _("Choose a day and a time."))])
    try:
        return clean_moment(text, zone)
    except ValidationError:
        raise Invalid([Problem(field, "invalid_date", _("Choose a day and a time."), text)]) from None


def _entry(desk: Desk, action: Action) -> Entry | None:
    return newest_of_action(desk.workspace, action)


@step("next")
def plan(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    """One next step: what stood there before takes the new time, and nothing is planned twice."""
    at = read_time(desk, lead, form)
    zone = zone_name(desk, lead, form.get("whose", ""))
    summary = form.get("summary", "").strip()
    kind = form.get("kind") or ActionKind.CALL
    action = plan_action(
        desk.workspace,
        desk.actor,
        ById(lead.pk),
        kind=kind,
        at=at,
        summary=summary or str(ActionKind(kind).label if kind in ActionKind.values else ""),
        zone=zone,
    )
    return Done(ended(_("Planned for %s.") % moment_words(action.scheduled_at)), _entry(desk, action))


def _settle(
    desk: Desk, lead: Lead, form: QueryDict, work: Callable[[Action], Action], wanted: datetime | None = None
) -> Action:
    """Do something with the step that a form shows, as long as it stands where the form shows it."""

    def write() -> Action:
        find_lead(desk.workspace, ById(lead.pk), tests=None, lock=True)
        lines = open_actions(desk.workspace, lead)
        key = form.get("action", "")
        action = next((line.action for line in lines if line.action and str(line.action.pk) == key), None)
        if action is None:
            told = _("This was settled meanwhile; look at the timeline.")
            raise Invalid([Problem("action", "not_open", told)])
        refuse_moved(desk, lead, action, form.get("seen"), wanted)
        return work(action)

    return transact(write)


@step("next")
def put_off(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    at = read_time(desk, lead, form)
    zone = zone_name(desk, lead, form.get("whose", ""))

    def put(action: Action) -> Action:
        return reschedule_action(desk.workspace, desk.actor, action.pk, at=at, zone=zone)

    moved = _settle(desk, lead, form, put, at)
    return Done(ended(_("Moved to %s.") % moment_words(moved.scheduled_at)), _entry(desk, moved))


@step("next")
def complete(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    def finish_it(action: Action) -> Action:
        return complete_action(desk.workspace, desk.actor, action.pk, note=form.get("note", ""))

    return Done(_("Done."), _entry(desk, _settle(desk, lead, form, finish_it)))


@step("next")
def call_off(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    reason = form.get("reason", "").strip() or _("Not needed any more.")

    def cancel(action: Action) -> Action:
        return cancel_action(desk.workspace, desk.actor, action.pk, reason=reason)

    return Done(_("Called off."), _entry(desk, _settle(desk, lead, form, cancel)))


# Calls


def _call_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    typed = refusal.typed if refusal else query or typed_before(sight.full.log, desk)
    return {"agreed": AGREED, "typed": typed}


@sheet("leads/sheets/_call.html", gettext_lazy("Log a call"), "next", context=_call_context)
def call(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    """Always written. The next try follows from the workspace's ladder, unless a time was agreed."""
    next_at = None
    if form.get("quick") or form.get("at", "").strip():
        next_at = read_time(desk, lead, form)
    ask_when(form.get("outcome", ""), next_at)
    log = CallLog(
        form.get("outcome", ""),
        form.get("note", ""),
        next_at=next_at,
        reason=form.get("reason", "").strip(),
        next_zone=zone_name(desk, lead, form.get("whose", "")) if next_at else "",
    )
    outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), LeadChange(call=log))
    made = outcome.state.catalogue.call_outcomes[str(log.outcome)]
    text = f"{_('Call logged: %s.') % made.label} {what_follows(outcome.lead, made)}".strip()
    return Done(text, outcome.entry, ("head",))


# Notes


def note(request: HttpRequest, desk: Desk, lead_id: Any) -> HttpResponse:
    """Whoever belongs to the workspace may leave a note, on a colleague's lead too."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = open_any(desk, lead_id)
    hidden = not desk.may_see(lead.assignee_id)
    try:
        change = LeadChange(note=request.POST.get("note", ""))
        if not request.POST.get("note", "").strip():
            raise Invalid([Problem("note", "required", _("Write the note first."))])
        outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), change)
    except (Invalid, LeadError) as error:
        if hidden:
            raise Http404 from None
        return refuse(request, desk, lead.pk, "note", Refusal.of("note", error, request.POST))
    if hidden:
        tell(request, _("Your note was left for %s.") % (lead.assignee or _("the owner")))
        return go(request, "admin:index")
    return finish(request, desk, lead.pk, ("note",), Done(_("Note added."), outcome.entry))
