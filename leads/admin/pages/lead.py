"""One lead: what is known, what is asked, what happened; and the steps that are taken from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.render import page
from leads.change import ById, CallLog, DispositionWish, LeadChange, TagChange
from leads.changes import apply_change
from leads.errors import Invalid, LeadError, NotFound
from leads.queries.full import FullLead, load_full_lead
from leads.state import LeadState


def show(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    return _shown(request, desk, _load(desk, lead_id))


def take(request: HttpRequest, desk: Desk, lead_id: UUID, step: str) -> HttpResponse:
    """One step: a plain form post, whose refusal shows the page again with what was typed and why not."""
    if step not in STEPS:
        raise Http404
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    full = _load(desk, lead_id)
    if not desk.may_edit(full.lead.assignee_id):
        raise PermissionDenied(_("This lead is a colleague's; ask a manager to hand it over."))
    read = STEPS[step]
    try:
        outcome = apply_change(desk.workspace, desk.actor, ById(full.lead.pk), read(request.POST, desk))
    except (Invalid, LeadError) as refusal:
        return _shown(request, desk, full, refused=step, refusal=refusal)
    if outcome.changed and outcome.entry is not None:
        messages.success(request, _(outcome.entry.summary) + ".")
    else:
        messages.info(request, _("Nothing changed."))
    return redirect("admin:lead", lead_id=outcome.lead.pk)


Form = Mapping[str, Any]


def _note(form: Form, desk: Desk) -> LeadChange:
    return LeadChange(note=form.get("note", ""))


def _call(form: Form, desk: Desk) -> LeadChange:
    call = CallLog(form.get("outcome", ""), form.get("note", ""), reason=form.get("reason", ""))
    return LeadChange(call=call)


def _dispose(form: Form, desk: Desk) -> LeadChange:
    """Somebody else may have moved the lead on since the page was opened; then it is shown again."""
    seen = form.get("version", "")
    return LeadChange(
        disposition=DispositionWish(
            outcome=form.get("outcome", ""), reason=form.get("reason", ""), strict=True
        ),
        seen_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
    )


def _mine(form: Form, desk: Desk) -> LeadChange:
    return LeadChange(fields={"assignee": desk.user.pk})


def _tag(form: Form, desk: Desk) -> LeadChange:
    return LeadChange(tags=TagChange(names=(form.get("name", ""),)))


STEPS: Final[Mapping[str, Callable[[Form, Desk], LeadChange]]] = {
    "note": _note,
    "call": _call,
    "dispose": _dispose,
    "mine": _mine,
    "tag": _tag,
}


def _load(desk: Desk, lead_id: UUID) -> FullLead:
    try:
        full = load_full_lead(desk.workspace, ById(lead_id), tests=None)
    except NotFound:
        raise Http404 from None
    if not desk.sees_all and full.lead.assignee_id not in {None, desk.user.pk}:
        raise Http404
    return full


def _shown(
    request: HttpRequest,
    desk: Desk,
    full: FullLead,
    *,
    refused: str = "",
    refusal: Invalid | LeadError | None = None,
) -> HttpResponse:
    state = LeadState(desk.workspace, full.lead)
    state.answers, state.definitions = dict(full.answers), full.definitions
    state.address = full.address or state.address
    catalogue = full.catalogue
    context = {
        "title": str(full.lead),
        "full": full,
        "lead": full.lead,
        "progress": state.progress(),
        "outcomes": [row for row in catalogue.call_outcomes.values() if not row.archived_at],
        "dispositions": [row for row in catalogue.dispositions.values() if not row.archived_at],
        "disposition": catalogue.dispositions.get(full.lead.disposition_id),
        "may_edit": desk.may_edit(full.lead.assignee_id),
        "refused": refused,
        "problems": _sentences(refusal),
        "typed": request.POST,
    }
    return page(request, "leads/lead.html", context, 422 if refusal else 200)


def _sentences(refusal: Invalid | LeadError | None) -> list[str]:
    if isinstance(refusal, Invalid):
        return [problem.message for problem in refusal.problems]
    return [refusal.message] if refusal else []
