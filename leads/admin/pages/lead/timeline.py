"""The story of a lead: by kind, older by older, each entry by itself; and undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.naming import UNTOLD
from leads.admin.pages.lead.opening import LINES, open_lead
from leads.admin.pages.lead.rehearsing import parts_of_undo
from leads.admin.pages.lead.steps import PANELS, Done, Refusal, finish, show_sheet
from leads.admin.pages.lead.story import CLAIMS, FILTERS, days_of, entry_line, know_people
from leads.admin.pages.render import fragment, is_partial, page
from leads.admin.reach import lead_to_undo
from leads.admin.telling import Speaker
from leads.change import ById
from leads.changes import undo_entry, undo_merge
from leads.changes.merged import MERGED
from leads.changes.undo import UndoOutcome
from leads.errors import Invalid, LeadError
from leads.models import Entry, Lead
from leads.queries.log import entry_of_action, find_entry, load_log
from leads.state import LeadState


def timeline(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """A page of the story: of one kind, or from an older line on."""
    lead = open_lead(desk, lead_id)
    wanted = request.GET.get("kind", "")
    kinds = FILTERS[wanted][1] if wanted in FILTERS else ()
    after = request.GET.get("after") or None
    try:
        log = load_log(desk.workspace, lead, after=after, limit=LINES, kinds=kinds)
    except ValidationError:
        raise Http404 from None
    speaker = speaker_of(desk, lead)
    context = {
        "title": _("Timeline of %s") % lead,
        "lead": lead,
        "desk": desk,
        "days": days_of(log.lines, speaker, lead.pk),
        "older": log.next,
        "kind": wanted if wanted in FILTERS else "",
        "filters": FILTERS,
        "may_edit": desk.may_edit(lead.assignee_id) and lead.deleted_at is None,
    }
    if is_partial(request):
        template = "leads/lead/_older.html" if after else "leads/lead/_lines.html"
        return fragment(request, template, context)
    return page(request, "leads/timeline.html", context)


def speaker_of(desk: Desk, lead: Lead) -> Speaker:
    state = LeadState(desk.workspace, lead)
    return Speaker(state.definitions, state.catalogue, {desk.user.pk: str(desk.user)})


def _find(desk: Desk, lead: Lead, entry_id: UUID) -> Entry:
    found = find_entry(desk.workspace, lead, entry_id) or entry_of_action(desk.workspace, lead, entry_id)
    if found is None:
        raise Http404
    return found


def entry(request: HttpRequest, desk: Desk, lead_id: UUID, entry_id: UUID) -> HttpResponse:
    """One entry, whole: who, when, through which door, what was sent; and what an undo would do."""
    lead = open_lead(desk, lead_id)
    found = _find(desk, lead, entry_id)
    return show_sheet(request, _entry_context(desk, lead, found, None))


def _entry_context(desk: Desk, lead: Lead, found: Entry, refusal: Refusal | None) -> dict[str, Any]:
    speaker = speaker_of(desk, lead)
    know_people(speaker, [found])
    may_edit = desk.may_edit(lead.assignee_id) and lead.deleted_at is None
    context: dict[str, Any] = {
        "title": _(found.summary),
        "lead": lead,
        "desk": desk,
        "entry": found,
        "line": entry_line(found, speaker),
        "made": speaker.differences(found.changes) if found.kind == "created" else [],
        "sheet": "leads/sheets/_entry.html",
        "refusal": refusal,
        "may_edit": may_edit,
    }
    return context | (_rehearse(desk, lead, found, speaker) if may_edit else {})


def _rehearse(desk: Desk, lead: Lead, found: Entry, speaker: Speaker) -> dict[str, Any]:
    """Everything is done as if it were meant, and taken back; thus what is said is what will be."""
    if found.kind in CLAIMS:
        return {"cannot": _("Holding a lead ends by itself; there is nothing to take back.")}
    try:
        tried = _undo(desk, lead, found, dry_run=True)
    except (Invalid, LeadError) as error:
        return {"cannot": Refusal.of("undo", error).sentences[0]}
    return parts_of_undo(tried, found, speaker)


def _undo(desk: Desk, lead: Lead, found: Entry, *, dry_run: bool = False, slip: bool = False) -> UndoOutcome:
    if found.kind == MERGED:
        return undo_merge(desk.workspace, desk.actor, found.pk, dry_run=dry_run)
    where = ById(lead.pk)
    return undo_entry(desk.workspace, desk.actor, where, found.pk, dry_run=dry_run, slip=slip)


def undo(request: HttpRequest, desk: Desk, lead_id: UUID, entry_id: UUID) -> HttpResponse:
    """Take an entry back as far as it still stands, and say what stays."""
    is_meant = request.method == "POST"
    lead = lead_to_undo(desk, lead_id, [entry_id], deleted=True) if is_meant else open_lead(desk, lead_id)
    found = _find(desk, lead, entry_id)
    if request.method != "POST":
        return show_sheet(request, _entry_context(desk, lead, found, None))
    try:
        # The button beside what was just done takes back a call, too, that was never made.
        undone = _undo(desk, lead, found, slip=request.POST.get("slip") == "yes")
    except (Invalid, LeadError) as error:
        refusal = Refusal.of("undo", error, request.POST)
        return show_sheet(request, _entry_context(desk, lead, found, refusal), refusal.status)
    return finish(request, desk, lead.pk, PANELS, _told(undone, found), main=False)


def _told(undone: UndoOutcome, found: Entry) -> Done:
    if not undone.undone:
        reason = undone.kept[0].message if undone.kept else ""
        return Done(_("Nothing could be taken back. %s") % reason, level="warning")
    text = _("Taken back: %s.") % _(found.summary)
    stays = [kept for kept in undone.kept if kept.path not in UNTOLD]
    if stays:
        text = f"{text} {_('%d of it stays; the timeline says why.') % len(stays)}"
    return Done(text, undone.outcome.entry)
