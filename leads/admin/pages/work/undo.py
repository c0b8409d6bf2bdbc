"""Taking back what was just done, as far as it still stands."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.work.reach import warned, way_back
from leads.admin.reach import lead_to_undo
from leads.change import ById
from leads.changes import transact, undo_entry
from leads.changes.undo import UndoOutcome
from leads.errors import Invalid, LeadError


def undo(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """The entries come newest first, and are undone in that order: all of them, or none."""
    if request.method != "POST":
        return redirect(way_back(request))
    named = map(parse_id, request.POST.get("entries", "").split(",")[:5])
    wanted = [entry for entry in named if entry is not None]
    lead = lead_to_undo(desk, lead_id, wanted)

    def write() -> list[UndoOutcome]:
        return [undo_entry(desk.workspace, desk.actor, ById(lead.pk), entry, slip=True) for entry in wanted]

    try:
        outcomes = transact(write)
    except (Invalid, LeadError) as refusal:
        return warned(request, refusal)
    kept = dict.fromkeys(kept.message for outcome in outcomes for kept in outcome.kept)
    if any(outcome.undone for outcome in outcomes):
        tell(request, " ".join([_("Undone: %(lead)s.") % {"lead": lead}, *kept]))
    else:
        tell(request, " ".join([_("Nothing could be undone."), *kept]), level="info")
    return redirect(way_back(request))
