"""Exports: the worker writes the leads that filters pick into a file, which is kept for a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from leadhub.web.requests import trail_of
from leadhub.workspaces.clock import now
from leads.api.hub.leads import FILTERS, refuse_personal
from leads.api.hub.view import HubView, renamed
from leads.api.schema import described
from leads.api.view import Reply
from leads.errors import Forbidden, NotFound
from leads.imports.export import CONTENT_TYPES, FORMATS
from leads.models import Job
from leads.outbox.bulk import freeze
from leads.outbox.exporting import enqueue_export, file_of, open_file, refusal_of
from leads.queries.filters import LeadFilter
from leads.queries.jobs import find_export
from leads.queries.reach import actor_of_key
from leads.validation.problems import Problems
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import ID, MOMENT, TEXT, WHOLE, maybe, one_of, thing
from leads.voices.hub.sheet import Sheet

_STATES: Final = ("running", "finished", "cancelled", "failed")
EXPORT: Final = thing(
    "Export",
    {
        "id": ID,
        "format": one_of(FORMATS),
        "state": one_of(_STATES),
        "leads": {**WHOLE, "description": "How many are written."},
        "file": {**maybe(TEXT), "description": "Where to fetch it, while it is kept."},
        "error": maybe(TEXT),
        "created_at": MOMENT,
        "finished_at": maybe(MOMENT),
    },
)
SENT: Final = {
    "title": "ExportRequest",
    "type": "object",
    "properties": {
        "format": {**one_of(FORMATS), "default": "csv"},
        "filters": {
            "type": "object",
            "description": "Those of the list of leads; what may be repeated there is a list here.",
            "properties": {name: {"description": about} for name, about in FILTERS.items()},
            "additionalProperties": True,
        },
    },
    "additionalProperties": False,
    "examples": [{"format": "jsonl", "filters": {"stage": ["qualified"], "created_from": "-7d"}}],
}


class _ExportView(HubView):
    scopes = dict.fromkeys(("GET", "HEAD", "POST"), "admin")

    def found(self, export_id: str) -> Job:
        self.require_no_test_key()
        return find_export(self.workspace, export_id)


class ExportsView(_ExportView):
    """`/api/hub/exports`"""

    @described(
        "create_export",
        "Let the worker write leads into a file.",
        answers={202: EXPORT},
        body=SENT,
        about="Without filters, all live leads out of the archive. Ask until `state` is `finished`.",
        tag="Exports",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body, request_id = self.body, trail_of(self.request._request).request_id

        def work() -> Reply:
            self.require_no_test_key()
            format, filters = _read(body.object() if self.request._request.body else {})
            with renamed(lambda name: f"filters.{name}"):
                refuse_personal(filters)
                LeadFilter(filters, workspace=self.workspace).settle()
            actor = actor_of_key(self.workspace, self.key.pk, self.dialect, request_id)
            if actor is None:
                raise Forbidden(_("This key may not export leads any more."))
            chosen = freeze(dict(filters.lists()), self.workspace.time_zone, now())
            return Reply(_show(enqueue_export(self.workspace, actor, format, chosen)), 202)

        return self.write(work)


class ExportView(_ExportView):
    """`/api/hub/exports/{export_id}`"""

    @described("get_export", "How far it is, and where its file is.", answers={200: EXPORT}, tag="Exports")
    def get(self, request: HttpRequest, export_id: str) -> HttpResponse:
        return self.read(Reply(_show(self.found(export_id))))


class ExportFileView(_ExportView):
    """`/api/hub/exports/{export_id}/file`"""

    @described(
        "get_export_file",
        "The leads, as a file that can be imported again without loss.",
        answers={200: "CSV, XLSX or JSON Lines."},
        tag="Exports",
    )
    def get(self, request: HttpRequest, export_id: str) -> HttpResponseBase:
        job = self.found(export_id)
        file = open_file(job)
        if file is None:
            raise NotFound(_("There is no file: it is not written yet, or was kept for its day."))
        kind = file_of(job).rpartition(".")[2]
        answer = FileResponse(file, as_attachment=True, filename=f"leads.{kind}")
        answer["Content-Type"] = CONTENT_TYPES[kind]
        return answer


def _read(sent: dict[str, object]) -> tuple[str, MultiValueDict[str, str]]:
    problems = Problems()
    sheet = Sheet(sent, ("format", "filters"), problems)
    filters: MultiValueDict[str, str] = MultiValueDict()
    given = sheet.sent.get("filters", {})
    if not isinstance(given, Mapping):
        problems.add("filters", "invalid_type", _("Send an object here."), given)
        given = {}
    for name, value in given.items():
        several = value if isinstance(value, list) else [value]
        if any(isinstance(one, Mapping | list) for one in several):
            problems.add(f"filters.{name}", "invalid_type", _("Send a text, or a list of them."), value)
        filters.setlist(str(name), [_text(one) for one in several if one is not None])
    problems.settle()
    return str(sheet.sent.get("format") or "csv"), filters


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _show(job: Job) -> dict[str, Any]:
    refused = refusal_of(job) or job.last_error
    return {
        "id": str(job.pk),
        "format": job.input["wish"]["label"],
        "state": _state(job, refused),
        "leads": job.done,
        "file": f"/api/hub/exports/{job.pk}/file" if file_of(job) else None,
        "error": refused or None,
        "created_at": show_moment(job.created_at),
        "finished_at": show_moment(job.finished_at),
    }


def _state(job: Job, refused: str) -> str:
    if job.finished_at is None:
        return "running"
    if job.cancelled_at is not None:
        return "cancelled"
    return "failed" if refused or job.state == Job.State.DEAD else "finished"
