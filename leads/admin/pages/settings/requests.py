"""The request log: what integrations asked, what was refused and why, and how it would go now."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.web.models import RequestRecord
from leadhub.web.records import body_of, value_of
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import ApiKey
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.again import curl_of, may_run, run_again
from leads.admin.pages.settings.place import settings_page
from leads.queries.books import find_record, load_requests, problems_in
from leads.queries.workspace import keys_in


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    given = request.GET
    wanted = given.get("request_id", "").strip()
    found = load_requests(
        desk.workspace,
        request_id=wanted,
        key=parse_id(given.get("key", "")),
        lead=parse_id(given.get("lead", "")),
        refused="refused" in given,
        before=parse_id(given.get("before", "")),
    )
    kept = given.copy()
    kept.pop("before", None)
    context = {
        "title": _("Request log"),
        "rows": found.rows,
        "next": found.next,
        "keys": keys_in(desk.workspace),
        "given": given,
        "kept": kept.urlencode(),
        "days": desk.workspace.request_record_days,
    }
    return settings_page(request, "requests", "requests", context)


def look(request: HttpRequest, desk: Desk, record_id: UUID) -> HttpResponse:
    record = find_record(desk.workspace, record_id)
    if record is None:
        raise Http404
    key = next((row for row in keys_in(desk.workspace) if row.pk == record.api_key_id), None)
    context: dict[str, Any] = {
        "title": _("Request %s") % record.request_id,
        "record": record,
        "key": key,
        "problems": [(problem, value_of(problem)) for problem in problems_in(record)],
        "body": _laid_out(body_of(record)),
        "curl": curl_of(request, record),
        "may_run": may_run(record) and key is not None and key.works_at(now()),
    }
    if request.method == "POST":
        if not context["may_run"] or key is None:
            tell(request, _("This request cannot be run again: its key or its body is gone."), level="error")
            return go(request, "admin:request", record_id=record.pk)
        context["again"] = _again(request, record, key)
    return settings_page(request, "request", "requests", context)


def _again(request: HttpRequest, record: RequestRecord, key: ApiKey) -> dict[str, Any] | None:
    again = run_again(request, record, key)
    if again is None:
        return None
    return {"status": again.status, "body": _laid_out(again.body.encode()), "changes": again.changes}


def _laid_out(body: bytes | None) -> str:
    """JSON with its lines apart; anything else as it came."""
    if not body:
        return ""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode(errors="replace")
