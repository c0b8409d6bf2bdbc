"""The person behind the lead: what is kept of them handed out or erased; and whom we told about it."""

from __future__ import annotations

import tempfile
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.lead.opening import open_lead
from leads.admin.pages.lead.steps import Refusal, show_sheet
from leads.admin.pages.render import fragment, go, is_partial, page
from leads.change import ById
from leads.changes.erase import erase_lead
from leads.errors import Invalid, LeadError
from leads.models import Lead
from leads.outbox.log import deliveries_of_lead
from leads.queries.person import counts_of_person
from leads.queries.person_export import export_lead, write_archive


def export(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """One archive with all that is kept about the person."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = _open(desk, lead_id)
    found = export_lead(desk.workspace, ById(lead.pk))
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_archive(found, file)
    file.seek(0)
    response: Any = FileResponse(file, as_attachment=True, filename=f"lead-{lead.pk}.zip")
    return response  # type: ignore[no-any-return]


def erase(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """For good, after saying what goes; the word has to be typed."""
    lead = _open(desk, lead_id)
    refusal = None
    if request.method == "POST":
        if request.POST.get("sure", "").strip().casefold() != str(_("erase")).casefold():
            refusal = Refusal("erase", [_("Type the word “erase” to confirm.")], {"sure": ""}, request.POST)
        else:
            try:
                return _erase(request, desk, lead)
            except (Invalid, LeadError) as error:
                refusal = Refusal.of("erase", error, request.POST)
    context = {
        "title": _("Erase this person"),
        "lead": lead,
        "desk": desk,
        "counts": counts_of_person(desk.workspace, lead),
        "refusal": refusal,
        "typed": request.POST,
        "sheet": "leads/sheets/_erase.html",
    }
    return show_sheet(request, context, refusal.status if refusal else 200)


def _erase(request: HttpRequest, desk: Desk, lead: Lead) -> HttpResponse:
    erased = erase_lead(desk.workspace, desk.actor, ById(lead.pk), request.POST.get("reason", ""))
    rows = sum(erased.rows.values())
    text = ngettext("The person was erased, with %d record.", "The person was erased, with %d records.", rows)
    said = text % rows
    if erased.others:
        said += " " + _("%d other leads have the same number or address; look at them too.") % len(
            erased.others
        )
    tell(request, said, level="warning" if erased.others else "success")
    return go(request, "admin:leads")


def told(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """What we told whom about this lead: every delivery of a webhook, and how it went."""
    lead = open_lead(desk, lead_id)
    context: dict[str, Any] = {
        "title": _("What we told whom"),
        "lead": lead,
        "desk": desk,
        "deliveries": deliveries_of_lead(desk.workspace, lead.pk),
        "sheet": "leads/sheets/_told.html",
    }
    if is_partial(request):
        return fragment(request, "leads/_sheet.html", context)
    return page(request, "leads/sheet.html", context)


def _open(desk: Desk, lead_id: UUID) -> Lead:
    lead = open_lead(desk, lead_id)
    if lead.pk != lead_id:
        raise Http404
    return lead
