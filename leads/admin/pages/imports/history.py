"""What was imported, newest first; and a new file."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from leadhub.web.bodies import allow_larger_body
from leadhub.web.envelopes import Failed
from leadhub.web.uploads import LARGEST_FILE, BadParts, Received, ReceivedFile, receive_upload
from leads.admin.desk import Desk
from leads.admin.pages.render import page
from leads.errors import Invalid
from leads.imports.books import history_of, saved_mapping, saved_sources
from leads.imports.mapping import ColumnMap
from leads.imports.options import Options
from leads.imports.source import Unreadable
from leads.imports.starting import admit, take_file
from leads.models import ImportBatch

_PARTS: Final = ("source", "csrfmiddlewaretoken")

allow_larger_body(
    lambda request: request.method == "POST" and request.path_info == "/admin/imports/new/",
    LARGEST_FILE + 4 * 1024 * 1024,
)


def show(request: HttpRequest, desk: Desk, problem: str = "", source: str = "") -> HttpResponse:
    context = {
        "title": _("Imports"),
        "rows": history_of(desk.workspace),
        "sources": saved_sources(desk.workspace),
        "problem": problem,
        "source": source,
        "most": LARGEST_FILE >> 20,
    }
    return page(request, "staff/imports/history.html", context, 422 if problem else 200)


@csrf_exempt
def upload(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The file is streamed to disk first, and the form's token is looked at once it is there."""
    if request.method != "POST":
        return redirect("admin:imports")
    try:
        received = receive_upload(request, "file", _PARTS, most=1)
    except BadParts as refusal:
        return show(request, desk, refusal.message)
    except Failed as refusal:
        return show(request, desk, refusal.failure.message)
    return _take(request, desk, received)


@csrf_protect
def _take(request: HttpRequest, desk: Desk, received: Received) -> HttpResponse:
    source = received.texts.get("source", "").strip()
    if len(received.files) != 1 or not received.files[0].size:
        return show(request, desk, _("Choose a file."), source)
    file = received.files[0]
    try:
        batch = _open(desk, file, source)
    except Unreadable as refusal:
        return show(request, desk, refusal.message, source)
    return redirect("admin:import", batch_id=batch.pk)


def _open(desk: Desk, file: ReceivedFile, source: str) -> ImportBatch:
    """By the mapping of the source's last file, if that fits; a fresh guess is better than a refusal."""
    constants: dict[str, object] = {"source": source[:50]} if source else {}

    def take(mapping: ColumnMap | None) -> ImportBatch:
        file.file.seek(0)
        batch = take_file(
            desk.workspace,
            file.file,
            file.filename,
            Options(),
            mapping=mapping,
            constants=constants,
            user_id=desk.user.pk,
        )
        return admit(batch)

    try:
        return take(saved_mapping(desk.workspace, source) if source else None)
    except Invalid:
        return take(None)
