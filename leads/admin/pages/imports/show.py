"""One import: the form while it is ready, how far it is while it runs, and what came of it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import Context
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.imports.columns import (
    choices_of,
    column_of,
    columns_of,
    notes_of,
    read_columns,
)
from leads.admin.pages.imports.form import terms_context
from leads.admin.pages.imports.outcome import causes_of, has_leads_left, refused_of, undone_of
from leads.admin.pages.render import fragment, page
from leads.admin.words import figure
from leads.errors import NotFound
from leads.imports.books import about, earlier, find_batch
from leads.imports.engine import COUNTS
from leads.imports.report import error_suffix, notices_of, refused_rows
from leads.imports.starting import GONE, IMPORT, UNDO, job_of
from leads.models import ImportBatch
from leads.outbox.lease import unattended_since

_STATES = ImportBatch.State


def found(desk: Desk, batch_id: UUID) -> ImportBatch:
    try:
        return find_batch(desk.workspace, batch_id)
    except NotFound:
        raise Http404 from None


def show(request: HttpRequest, desk: Desk, batch_id: UUID) -> HttpResponse:
    return shown(request, desk, found(desk, batch_id))


def shown(
    request: HttpRequest, desk: Desk, batch: ImportBatch, problems: list[str] | None = None
) -> HttpResponse:
    context = {"title": batch.name, "batch": batch, "about": about(batch), "problems": problems or []}
    if batch.state == _STATES.READY:
        context |= {
            "columns": columns_of(desk, batch),
            "choices": choices_of(desk),
            "offers_all": "all" in request.GET,
            **terms_context(desk, batch, request.POST if problems else {}),
        }
        before = earlier(desk.workspace, batch.file_hash)
        if not batch.storage_key:
            context["problems"] = [GONE]
        context["before"] = before if before and before.pk != batch.pk else None
        return page(request, "staff/imports/map.html", context, 422 if problems else 200)
    return page(
        request, "staff/imports/show.html", {**context, **state_of(desk, batch)}, 422 if problems else 200
    )


def written(request: HttpRequest, desk: Desk, batch_id: UUID) -> HttpResponse:
    """How the cells of one column are written, as soon as it is to become something else; nothing is kept."""
    batch = found(desk, batch_id)
    header = about(batch).header
    at = request.POST.get("at", "")
    if not at.isascii() or not at.isdigit() or int(at) >= len(header):
        raise Http404
    columns, layout = read_columns(desk, batch, request.POST)
    name = header[int(at)]
    column = column_of(int(at), name, (*columns.get(name, ()), None)[0], layout)
    told = {"column": column, "notes": notes_of(desk, columns, layout), "oob": True}
    return fragment(request, "staff/imports/_written.html", told)


def progress(request: HttpRequest, desk: Desk, batch_id: UUID) -> HttpResponse:
    """Asked for every second or two while the page is open; closing it changes nothing."""
    batch = found(desk, batch_id)
    return fragment(
        request, "staff/imports/_state.html", {"batch": batch, "about": about(batch), **state_of(desk, batch)}
    )


def refused(request: HttpRequest, desk: Desk, batch_id: UUID) -> HttpResponse:
    batch = found(desk, batch_id)
    suffix = error_suffix(batch)
    kind = "text/csv; charset=utf-8" if suffix == "csv" else "application/x-ndjson"
    answer = StreamingHttpResponse(refused_rows(batch), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="refused.{suffix}"'
    return answer  # type: ignore[return-value]


def state_of(desk: Desk, batch: ImportBatch) -> dict[str, Any]:
    """What the state of an import is shown by."""
    job, undo = job_of(batch, IMPORT), job_of(batch, UNDO)
    runs = batch.state == _STATES.RUNNING
    causes, more = causes_of(batch)
    broke_off = runs and job is not None and job.state == job.State.DEAD
    undoes = undo is not None and undo.finished_at is None
    told = undo.output if undo and undo.finished_at else None
    rehearses = batch.options.get("rehearses") if batch.options.get("dry_run") else None
    return {
        "before": earlier(batch.workspace, batch.file_hash) if rehearses and not runs else None,
        "is_rehearsal": bool(batch.options.get("dry_run")),
        "original": rehearses,
        "counts": [(name, _labels()[name], getattr(batch, name)) for name in COUNTS[1:]],
        "runs": runs,
        "broke_off": job.last_error if job and broke_off else "",
        "watches": (runs and not broke_off) or undoes,
        "by_command": runs and job is None,
        "is_stopping": bool(runs and job and job.cancelled_at),
        "is_waiting": bool(runs and job and not job.attempt),
        "still_since": unattended_since(job) if runs and job else None,
        "place": max(batch.next_row - 1, 0),
        "causes": causes,
        "more_causes": more,
        "notices": [] if runs else notices_of(batch, partial(figure, Context({"desk": desk}))),
        "refused_rows": [] if runs else refused_of(batch),
        "has_leads": not rehearses and not runs and has_leads_left(batch),
        "undo": undo,
        "undo_still_since": unattended_since(undo) if undo else None,
        "undo_output": undone_of(batch, told) if isinstance(told, dict) else None,
        "can_undo": batch.state in {_STATES.FINISHED, _STATES.CANCELLED, _STATES.FAILED}
        and not batch.options.get("dry_run")
        and bool(batch.created or batch.updated),
        "can_resume": batch.state in {_STATES.CANCELLED, _STATES.FAILED} and bool(batch.storage_key),
    }


def _labels() -> dict[str, str]:
    return {
        "created": _("New"),
        "updated": _("Updated"),
        "unchanged": _("Unchanged"),
        "skipped": _("Skipped"),
        "refused": _("Refused"),
    }
