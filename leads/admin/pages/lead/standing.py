"""Where the lead stands and whose it is: status, owner, consent, switch, archive, and out of sight."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.pages.lead.disposing import gesture_context, set_standing
from leads.admin.pages.lead.edit import conflict_of
from leads.admin.pages.lead.opening import open_lead, open_row
from leads.admin.pages.lead.seen import Since, seen_version
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import Done, Refusal, finish, overtaken, refuse, sheet, step
from leads.admin.pages.work.when import their_time_now
from leads.change import (
    CLEAR,
    Archive,
    ById,
    ConsentWish,
    LeadChange,
    Outcome,
    Override,
    Read,
    TagChange,
)
from leads.changes import apply_change
from leads.changes.claims import ASSIGNED, claim_lead, release_lead, take_lead
from leads.errors import Invalid, LeadError, Problem, Refused
from leads.models import AssigneeType, Channel, Lead
from leads.queries.log import consents_of
from leads.queries.workspace import members_in
from leads.state import LeadState


def _write(desk: Desk, lead: Lead, read: LeadChange | Read, *, deleted: bool = False) -> Outcome:
    return apply_change(desk.workspace, desk.actor, ById(lead.pk, deleted=deleted), read)


def _done(outcome: Outcome, text: str, *also: str) -> Done:
    return Done(text if outcome.changed else _("Nothing changed."), outcome.entry, also)


def one_conflict(sight: Sight, refusal: Refusal | None) -> dict[str, Any]:
    """For a sheet that sets one thing: who set the same a moment ago."""
    found = [conflict_of(sight.speaker, clash) for clash in refusal.clashes.values()] if refusal else []
    return {"conflicts": found}


# Status


def _stage_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    chosen = str((refusal.typed if refusal else query).get("outcome", ""))
    return {**gesture_context(sight.state, sight.their_time, chosen), **one_conflict(sight, refusal)}


@sheet("leads/sheets/_stage.html", gettext_lazy("Change the status"), "head", "next", context=_stage_context)
def stage(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    outcome = set_standing(desk, lead, form, their_time_now(lead))
    return _done(outcome, _("Status changed to %s.") % outcome.lead.disposition)


# Owner


def _owner_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    lead = sight.lead
    is_ai = lead.assignee_id is None and lead.assignee_type == AssigneeType.AI_AGENT
    stands = "ai" if is_ai else str(lead.assignee_id or "")
    # What was chosen stays chosen: "keep mine" sends it once more.
    chosen = refusal.typed.get("assignee", stands) if refusal else stands
    return {"members": members_in(desk.workspace), "chosen": chosen, **one_conflict(sight, refusal)}


@sheet("leads/sheets/_owner.html", gettext_lazy("Change the owner"), "head", context=_owner_context)
def owner(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    raw = form.get("assignee", "")
    wanted: Any = parse_id(raw) if raw not in {"", "ai"} else None
    if raw not in {"", "ai"} and wanted is None:
        raise Invalid([Problem("assignee", "not_found", _("Choose a member of this workspace."), raw)])

    def read(state: LeadState) -> LeadChange:
        since = Since.of(state, form)
        if since.overtakes("assignee", "assignee", str(wanted) if wanted else None):
            since.settle()
            return LeadChange()
        return LeadChange(fields=_owned_by(wanted, is_ai=raw == "ai"), telling=ASSIGNED)

    outcome = _write(desk, lead, read)
    return _done(outcome, _("Owner changed."))


def _owned_by(wanted: UUID | None, *, is_ai: bool) -> dict[str, object]:
    kind = "AI_AGENT" if is_ai else "HUMAN_AGENT"
    return {"assignee": wanted or CLEAR, "assignee_type": kind}


def mine(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """Taken by whoever presses first; the second is told who has it, and sees the lead as it is by now."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = open_row(desk, lead_id)
    seen = seen_version(request.POST)
    if seen is None or seen >= lead.version:
        # Nobody was faster: it was not theirs to take when they looked at it.
        lead = open_lead(desk, lead_id, to_edit=True)
    try:
        outcome = take_lead(desk.workspace, desk.actor, ById(lead.pk))
    except Refused as error:
        return overtaken(request, desk, lead.pk, Refusal("mine", [error.message], status=409))
    except (Invalid, LeadError) as error:
        return refuse(request, desk, lead.pk, "head", Refusal.of("mine", error))
    return finish(request, desk, lead.pk, ("head", "next"), _done(outcome, _("The lead is yours.")))


@step("head")
def claim(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    claim_lead(desk.workspace, desk.actor, ById(lead.pk))
    return Done(_("You hold this lead for ten minutes; the first call you log makes it yours."))


@step("head")
def release(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    release_lead(desk.workspace, desk.actor, ById(lead.pk))
    return Done(_("Given back."))


# Tags


@step("tags")
def tag(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    names = tuple(name for name in (part.strip() for part in form.get("name", "").split(",")) if name)
    outcome = _write(desk, lead, LeadChange(tags=TagChange(names=names)))
    return _done(outcome, _("Tag added."))


@step("tags")
def untag(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    outcome = _write(desk, lead, LeadChange(tags=TagChange(remove=(form.get("tag", ""),))))
    return _done(outcome, _("Tag taken off."))


# Consent


def _consent_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    return {"channels": Channel.choices, "events": consents_of(desk.workspace, sight.lead)}


@sheet("leads/sheets/_consent.html", gettext_lazy("Consent"), "reach", context=_consent_context)
def consent(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    opted_in = form.get("wish") == "in"
    said = form.get("said", "").strip()
    problems = []
    if form.get("wish") not in {"in", "out"}:
        problems.append(Problem("wish", "required", _("Say whether the person opted in or out.")))
    if opted_in and not said:
        problems.append(
            Problem("said", "required", _("An opt-in needs its proof: write what the person said or signed."))
        )
    if problems:
        raise Invalid(problems)
    wish = ConsentWish(form.get("channel", ""), opted_in, said, form.get("source", "").strip())
    outcome = _write(desk, lead, LeadChange(consent=(wish,)))
    text = (
        _("Opt-in recorded.")
        if opted_in
        else _("Opt-out recorded. Nothing is sent on this channel any more.")
    )
    return _done(outcome, text, "next")


# Switch


@sheet("leads/sheets/_switch.html", gettext_lazy("Enabled or not"), "head")
def switch(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    """The lead's own switch; the override above it is an owner's, and says why."""
    kind = form.get("kind", "")
    if kind == "own":
        change = LeadChange(fields={"enabled": form.get("enabled") == "yes"})
    elif kind == "clear":
        change = LeadChange(override=CLEAR)
    else:
        reason = form.get("reason", "").strip()
        if not reason:
            raise Invalid([Problem("reason", "required", _("Say why, in a few words."))])
        change = LeadChange(override=Override(form.get("enabled") == "yes", reason))
    return _done(_write(desk, lead, change), _("Saved."))


# Out of sight, and back


@sheet("leads/sheets/_archive.html", gettext_lazy("Archive this lead"), "head", "keeping", "next")
def archive(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    note = form.get("note", "").strip()
    if not note:
        raise Invalid([Problem("note", "required", _("Say why, in a few words."))])
    return _done(_write(desk, lead, LeadChange(archive=Archive(note=note))), _("Archived."))


@step("keeping")
def restore(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    return _done(_write(desk, lead, LeadChange(unarchive=True)), _("Taken out of the archive."))


@step("keeping")
def delete(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    """It can be taken back, here and from the page that stands in the lead's place."""
    return _done(_write(desk, lead, LeadChange(delete=True)), _("Deleted. It can be restored from its page."))


def undelete(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = open_lead(desk, lead_id, to_edit=True)
    try:
        outcome = _write(desk, lead, LeadChange(undelete=True), deleted=True)
    except (Invalid, LeadError) as error:
        return refuse(request, desk, lead.pk, "keeping", Refusal.of("undelete", error, request.POST))
    return finish(request, desk, lead.pk, ("keeping",), _done(outcome, _("Restored.")))
