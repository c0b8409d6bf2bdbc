"""Where agents keep to their own leads: that a colleague has one already, and a way to leave a note on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.refusals import sentences
from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.errors import Invalid, LeadError
from leads.models import Lead
from leads.queries.reach import others_with
from leads.queries.search import Wanted

# Who looks for one person sees that person; who goes fishing sees a number.
_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Others:
    """`leads` are empty where there are too many to be one person."""

    number: int
    is_more: bool
    leads: list[Lead]


def find_others(desk: Desk, wanted: Wanted | UUID) -> Others | None:
    found = others_with(desk.workspace, desk.actor, wanted, _MOST + 1)
    if not found:
        return None
    is_more = len(found) > _MOST
    return Others(min(len(found), _MOST), is_more, [] if is_more else found)


def leave_note(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """The one thing that is written onto a lead which may not be seen."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not others_with(desk.workspace, desk.actor, lead_id, 1):
        raise Http404
    note = request.POST.get("note", "").strip()
    if not note:
        tell(request, _("Write a note first."), level="warning")
        return go(request, "admin:leads")
    try:
        outcome = apply_change(desk.workspace, desk.actor, ById(lead_id), LeadChange(note=note))
    except (Invalid, LeadError) as refusal:
        tell(request, " ".join(sentences(refusal)), level="error")
    else:
        owner = outcome.lead.assignee or _("the owner")
        tell(request, _("Your note stands on the lead; %s sees it there.") % owner)
    return go(request, "admin:leads")
