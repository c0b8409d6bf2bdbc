"""Imports: a file is sent, the worker runs it; its state and its refused rows; and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from leadhub.web.bodies import allow_larger_body
from leadhub.web.uploads import LARGEST_FILE, Received
from leads.api.hub.view import LIMIT, HubView
from leads.api.schema import described
from leads.api.uploads import receive_upload, write_upload
from leads.api.view import Reply
from leads.errors import Invalid, Malformed, Problem
from leads.imports.asked import read_terms
from leads.imports.books import find_batch
from leads.imports.desk import Desk
from leads.imports.mapping import read_yaml
from leads.imports.report import error_suffix, refused_rows
from leads.imports.source import Unreadable
from leads.imports.starting import UNDO, admit, forget_file, job_of, start, start_undo, stop, take_file
from leads.models import ImportBatch
from leads.values import clean_boolean
from leads.voices.hub.imports import IMPORT, SENT, TEXTS, show_import
from leads.voices.hub.kinds import FLAG, several, thing

_IMPORTS: Final = thing("Imports", {"data": several(IMPORT)})
_UNDO: Final = {
    "title": "ImportUndo",
    "type": "object",
    "properties": {"dry_run": FLAG},
    "additionalProperties": False,
}
# The file, and what stands beside it.
_LARGEST: Final = LARGEST_FILE + 4 * 1024 * 1024
_ADMIN: Final = dict.fromkeys(("GET", "HEAD", "POST"), "admin")

allow_larger_body(
    lambda request: request.method == "POST" and request.path_info == "/api/hub/imports", _LARGEST
)


class _ImportView(HubView):
    scopes = _ADMIN

    def found(self, import_id: str) -> ImportBatch:
        return find_batch(self.workspace, import_id)

    def shown(self, batch: ImportBatch, status: int = 200) -> Reply:
        job = job_of(batch, UNDO)
        return Reply(show_import(batch, job.output if job else None), status)


class ImportsView(_ImportView):
    """`/api/hub/imports`"""

    @described(
        "list_imports",
        "The workspace's imports, newest first.",
        answers={200: _IMPORTS},
        parameters=[LIMIT],
        tag="Imports",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        self.only_parameters("limit")
        rows = ImportBatch.objects.filter(workspace=self.workspace).order_by("-created_at")[: self.limit()]
        return self.read(Reply({"data": [show_import(row) for row in rows]}))

    @described(
        "create_import",
        "Send a file of leads; the worker imports it.",
        answers={202: IMPORT},
        body={"multipart/form-data": SENT},
        about="Look at `state` until it is `finished`, `failed` or `cancelled`. The sums always agree.",
        tag="Imports",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        received = receive_upload(self.request._request, "file", TEXTS)

        def add(kept: ImportBatch) -> Reply:
            start(admit(kept), again=self._flag(received, "again"))
            return self.shown(kept, 202)

        return write_upload(self, received, lambda: self._keep(received), add, forget_file)

    def _flag(self, received: Received, name: str) -> bool:
        text = received.texts.get(name) or "false"
        return self.parameter(name, lambda: clean_boolean(text, words=True))

    def _keep(self, received: Received) -> ImportBatch:
        """Everything that can be refused without a lock, and then the bytes."""
        self.require_no_test_key()
        if received.ignored:
            raise Malformed(
                [Problem(name, "unknown_field", _("There is no such part.")) for name in received.ignored]
            )
        if len(received.files) != 1:
            raise Malformed([Problem("file", "required", _("Send one file, as a part called file."))])
        texts, file = received.texts, received.files[0]
        options = replace(read_terms(self.workspace, texts), may_override=self.actor.may_override)
        mapping = (
            read_yaml(texts["mapping"], Desk(self.workspace).definitions) if texts.get("mapping") else None
        )
        constants: dict[str, object] = {"source": texts["source"][:50]} if texts.get("source") else {}
        self._flag(received, "again")
        try:
            return take_file(
                self.workspace, file.file, file.filename, options, mapping=mapping, constants=constants
            )
        except Unreadable as refusal:
            raise Invalid([Problem("file", refusal.reason, refusal.message)]) from None


class ImportView(_ImportView):
    """`/api/hub/imports/{import_id}`"""

    @described("get_import", "How far it is, and what came of it.", answers={200: IMPORT}, tag="Imports")
    def get(self, request: HttpRequest, import_id: str) -> HttpResponse:
        return self.read(self.shown(self.found(import_id)))


class ImportErrorsView(_ImportView):
    """`/api/hub/imports/{import_id}/errors`"""

    @described(
        "get_import_errors",
        "The refused rows in the form of the file, with why; corrected, it can be sent as it is.",
        answers={200: "CSV, or JSON Lines if the file was JSON."},
        tag="Imports",
    )
    def get(self, request: HttpRequest, import_id: str) -> HttpResponseBase:
        batch = self.found(import_id)
        suffix = error_suffix(batch)
        kind = "text/csv; charset=utf-8" if suffix == "csv" else "application/x-ndjson"
        answer = StreamingHttpResponse(refused_rows(batch), content_type=kind)
        answer["Content-Disposition"] = f'attachment; filename="refused.{suffix}"'
        return answer


class ImportUndoView(_ImportView):
    """`/api/hub/imports/{import_id}/undo`"""

    @described(
        "undo_import",
        "Take an import back, or say what that would come to; look at `undo` of the import for the result.",
        answers={202: IMPORT},
        body=_UNDO,
        tag="Imports",
    )
    def post(self, request: HttpRequest, import_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            batch = self.found(import_id)
            sent = body.object() if self.request._request.body else {}
            dry_run = sent.get("dry_run", False)
            if set(sent) - {"dry_run"} or not isinstance(dry_run, bool):
                raise Malformed([Problem("dry_run", "invalid_type", _("Send true or false."))])
            start_undo(batch, None, dry_run=dry_run)
            return self.shown(batch, 202)

        return self.write(work)


class ImportCancelView(_ImportView):
    """`/api/hub/imports/{import_id}/cancel`"""

    @described(
        "cancel_import",
        "Stop an import behind the rows at hand; what is stored stays stored.",
        answers={202: IMPORT},
        tag="Imports",
    )
    def post(self, request: HttpRequest, import_id: str) -> HttpResponse:
        def work() -> Reply:
            batch = self.found(import_id)
            stop(batch)
            return self.shown(batch, 202)

        return self.order(work)
