"""The audit: who changed which setting, key, member or word, from what to what."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.admin.desk import Desk
from leads.admin.pages.settings.place import settings_page
from leads.queries.books import kinds_of_audit, load_audit


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    kind = request.GET.get("kind", "")
    try:
        found = load_audit(desk.workspace, kind=kind, after=request.GET.get("after"))
    except ValidationError:
        found = load_audit(desk.workspace, kind=kind)
    context = {
        "title": _("Audit"),
        "rows": found.rows,
        "next": found.next,
        "kind": kind,
        "kinds": [(word, _in_words(word)) for word in kinds_of_audit(desk.workspace)],
    }
    return settings_page(request, "audit", "audit", context)


def _in_words(kind: str) -> str:
    return kind.replace("_", " ").replace("calloutcome", "call outcome")
