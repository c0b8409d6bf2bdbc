"""The steps of an import: rehearse, start, stop, go on, take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.imports.form import keep_form
from leads.admin.pages.imports.show import found, shown
from leads.admin.refusals import sentences
from leads.errors import Invalid, LeadError
from leads.imports.books import keep_terms, mapping_of, save_mapping
from leads.imports.options import Options
from leads.imports.starting import IMPORT, discard, job_of, rehearse, start, start_undo, stop
from leads.models import ImportBatch
from leads.outbox.jobs import retry

Step = Callable[[HttpRequest, Desk, ImportBatch], ImportBatch | None]


def take(request: HttpRequest, desk: Desk, batch_id: UUID, step: str) -> HttpResponse:
    if step not in _STEPS:
        raise Http404
    if request.method != "POST":
        return redirect("admin:import", batch_id=batch_id)
    batch = found(desk, batch_id)
    try:
        following = _STEPS[step](request, desk, batch)
    except (Invalid, LeadError) as refusal:
        return shown(request, desk, found(desk, batch_id), sentences(refusal))
    if following is None:
        return redirect("admin:imports")
    return redirect("admin:import", batch_id=following.pk)


def _keep(request: HttpRequest, desk: Desk, batch: ImportBatch) -> None:
    if batch.state == ImportBatch.State.READY and "on_match" in request.POST:
        keep_form(desk, batch, request.POST)


def _rehearse(request: HttpRequest, desk: Desk, batch: ImportBatch) -> ImportBatch:
    _keep(request, desk, batch)
    return rehearse(batch)


def _start(request: HttpRequest, desk: Desk, batch: ImportBatch) -> ImportBatch:
    """From the form, or from its rehearsal, whose import is then started."""
    original = batch.options.get("rehearses")
    if original:
        batch = found(desk, UUID(original))
    _keep(request, desk, batch)
    if batch.state == ImportBatch.State.READY:
        # It is theirs who starts it, whoever prepared it.
        keep_terms(batch, replace(Options.of(batch), may_override=desk.actor.may_override))
    start(batch, again=request.POST.get("again") == "yes")
    source = batch.mapping.get("constants", {}).get("source")
    if source:
        save_mapping(desk.workspace, source, mapping_of(batch.mapping, desk.workspace))
    return batch


def _go_on(request: HttpRequest, desk: Desk, batch: ImportBatch) -> ImportBatch:
    """Where it was stopped, or where its worker gave it up."""
    job = job_of(batch, IMPORT)
    if job is None or not retry(job):
        start(batch, again=True)
    return batch


def _stop(request: HttpRequest, desk: Desk, batch: ImportBatch) -> ImportBatch:
    if stop(batch):
        tell(request, _("It stops behind the rows at hand; what is stored stays stored."), level="info")
    return batch


def _undo(request: HttpRequest, desk: Desk, batch: ImportBatch) -> ImportBatch:
    start_undo(batch, desk.user.pk, dry_run=False)
    return batch


def _rehearse_undo(request: HttpRequest, desk: Desk, batch: ImportBatch) -> ImportBatch:
    start_undo(batch, desk.user.pk, dry_run=True)
    return batch


def _discard(request: HttpRequest, desk: Desk, batch: ImportBatch) -> None:
    discard(batch)
    tell(request, _("The file is thrown away, and nothing was imported."), level="info")


_STEPS: Final[Mapping[str, Step]] = {
    "rehearse": _rehearse,
    "start": _start,
    "go-on": _go_on,
    "stop": _stop,
    "undo": _undo,
    "rehearse-undo": _rehearse_undo,
    "discard": _discard,
}
