"""Where a lead stands, set from the queue or in focus mode; the gesture is that of the lead's own page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.lead.disposing import gesture_context, set_standing
from leads.admin.pages.lead.edit import conflict_of
from leads.admin.pages.lead.seen import Clashed
from leads.admin.pages.work.reach import form, told
from leads.admin.pages.work.when import their_time_now
from leads.admin.reach import lead_to_work
from leads.admin.refusals import Refusal
from leads.admin.telling import Speaker
from leads.errors import Invalid, LeadError
from leads.queries.catalogue import load_catalogue
from leads.state import LeadState


def dispose(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    lead = lead_to_work(desk, lead_id)
    theirs = their_time_now(lead)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            outcome = set_standing(desk, lead, request.POST, theirs)
        except (Invalid, LeadError) as error:
            refusal = error
        else:
            found = outcome.lead.disposition
            return told(request, desk, lead, _("%(lead)s: %(stands)s.") % {"lead": lead, "stands": found})
    state = LeadState(desk.workspace, lead)
    clashes = refusal.clashes if isinstance(refusal, Clashed) else []
    speaker = Speaker(state.definitions, load_catalogue(desk.workspace))
    context = gesture_context(state, theirs, request.POST.get("outcome", ""))
    context |= {"title": _("Where %(lead)s stands") % {"lead": lead}, "lead": lead}
    context |= {"conflicts": [conflict_of(speaker, clash) for clash in clashes]}
    return form(request, "dispose", context, refusal, 409 if clashes else 422)
