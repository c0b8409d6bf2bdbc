"""Webhooks: whom we tell, what became of each delivery, and telling again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings.place import settings_page
from leads.admin.sheet import Field, Sheet
from leads.changes.endpoints import (
    EVENTS,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    find_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
)
from leads.errors import LeadError, NotFound
from leads.models import WebhookEndpoint
from leads.models.outbox import Leased
from leads.outbox import log
from leads.queries.workspace import keys_in, webhooks_in

_PAGE: Final = 50


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    context = {"title": _("Webhooks"), "webhooks": webhooks_in(desk.workspace)}
    return settings_page(request, "webhooks", "webhooks", context)


def _sheet(desk: Desk, row: WebhookEndpoint | None) -> Sheet:
    keys = [(str(key.pk), key.name) for key in keys_in(desk.workspace) if key.revoked_at is None]
    chosen = str(row.api_key_id) if row and row.api_key_id else ""
    events = [(word, word) for word in EVENTS]
    own = _("It then does not hear of what that key wrote.")
    url = Field("url", _("Address"), "url", row.url if row else "", _("We send a POST with JSON to it."))
    tests = Field(
        "with_test_leads", _("Also for test leads"), "check", row is not None and row.with_test_leads
    )
    echoes = row is not None and row.echoes
    return Sheet(
        [
            Field("name", _("Name"), value=row.name if row else "", required=True),
            url,
            Field("events", _("Events"), "checks", row.events if row else [], choices=events),
            tests,
            Field("api_key_id", _("Its integration’s key"), "select", chosen, own, [("", _("none")), *keys]),
            Field("echoes", _("Tell it of what its own key wrote as well"), "check", echoes),
        ],
        echoes=row is not None,
    )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "api_key_id": values["api_key_id"] or None} if "api_key_id" in values else values


def add(request: HttpRequest, desk: Desk) -> HttpResponse:
    sheet = _sheet(desk, None)
    if request.method == "POST":
        made = sheet.submit(
            request, lambda values: create_endpoint(desk.workspace, desk.actor, _given(values))
        )
        if made is not None:
            return _told(request, *made)
    return settings_page(request, "webhook_edit", "webhooks", {"title": _("New webhook")}, sheet)


def edit(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    row = _find(desk, endpoint_id)
    sheet = _sheet(desk, row)
    if request.method == "POST":
        saved = sheet.submit(
            request, lambda values: change_endpoint(desk.workspace, desk.actor, row.pk, _given(values))
        )
        if saved is not None:
            tell(request, _("Webhook “%s” saved.") % saved)
            return go(request, "admin:webhook", endpoint_id=row.pk)
    context = {"title": _("Change %s") % row, "webhook": row}
    return settings_page(request, "webhook_edit", "webhooks", context, sheet)


def _told(request: HttpRequest, row: WebhookEndpoint, secret: str) -> HttpResponse:
    """The secret stands in this answer and nowhere else."""
    context = {"title": _("Secret of “%s”") % row, "webhook": row, "text": secret}
    answer = settings_page(request, "webhook_told", "webhooks", context)
    add_never_cache_headers(answer)
    return answer


def look(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    """An endpoint with its log, newest first."""
    row = _find(desk, endpoint_id)
    state = request.GET.get("state", "")
    state = state if state in Leased.State.values else ""
    before = parse_id(request.GET.get("before", ""))
    rows = log.deliveries_of_endpoint(desk.workspace, row.pk, state=state, before=before, limit=_PAGE + 1)
    counts = log.counts_of(desk.workspace, row.pk)
    context = {
        "title": row.name,
        "webhook": row,
        # What is past, or comes while it is paused, is no promise.
        "rests": row.retry_at is not None and row.retry_at > now() and row.paused_at is None,
        "deliveries": rows[:_PAGE],
        "older": rows[_PAGE - 1].pk if len(rows) > _PAGE else None,
        "state": state,
        "states": [
            (word, label, counts.get(word, 0)) for word, label in Leased.State.choices if counts.get(word)
        ],
        "failed": counts.get(Leased.State.DEAD, 0),
    }
    return settings_page(request, "webhook", "webhooks", context)


def delivery(request: HttpRequest, desk: Desk, delivery_id: UUID) -> HttpResponse:
    try:
        row = log.find_delivery(desk.workspace, delivery_id)
    except NotFound:
        raise Http404 from None
    if request.method == "POST":
        return _do(request, row.endpoint_id, lambda: _again(desk, row.pk))
    context = {
        "title": row.event.kind,
        "delivery": row,
        "webhook": row.endpoint,
        "attempts": list(zip(row.numbers, row.attempts, strict=True))[::-1],
        "body": log.message_in(row),
    }
    return settings_page(request, "delivery", "webhooks", context)


def _again(desk: Desk, delivery_id: UUID) -> str:
    log.replay(desk.workspace, delivery_id)
    return _("It is sent again under the same id.")


def take(request: HttpRequest, desk: Desk, endpoint_id: UUID, step: str) -> HttpResponse:
    """One step on an endpoint; `rotate` answers with the new secret."""
    row = _find(desk, endpoint_id)
    if step not in {*_STEPS, "rotate", "delete"}:
        raise Http404
    if request.method != "POST":
        return go(request, "admin:webhook", endpoint_id=row.pk)
    if step == "rotate":
        return _told(request, *rotate_secret(desk.workspace, desk.actor, row.pk))
    if step == "delete":
        delete_endpoint(desk.workspace, desk.actor, row.pk)
        tell(request, _("Webhook “%s” and its log are deleted.") % row)
        return go(request, "admin:webhooks")
    return _do(request, row.pk, lambda: _STEPS[step](desk, row.pk))


def _do(request: HttpRequest, endpoint_id: UUID, step: Callable[[], str]) -> HttpResponse:
    try:
        tell(request, step())
    except LeadError as refusal:
        tell(request, refusal.message, level="error")
    return go(request, "admin:webhook", endpoint_id=endpoint_id)


def _test(desk: Desk, endpoint_id: UUID) -> str:
    log.send_test(desk.workspace, endpoint_id)
    return _("A test message is on its way; its delivery stands in the log.")


def _replay(desk: Desk, endpoint_id: UUID) -> str:
    count = log.replay_failed(desk.workspace, endpoint_id)
    return ngettext("%d delivery is sent again.", "%d deliveries are sent again.", count) % count


def _pause(desk: Desk, endpoint_id: UUID) -> str:
    pause_endpoint(desk.workspace, desk.actor, endpoint_id)
    return _("Paused. What happens meanwhile waits for it.")


def _resume(desk: Desk, endpoint_id: UUID) -> str:
    resume_endpoint(desk.workspace, desk.actor, endpoint_id)
    return _("It is sent to again, beginning with what waited.")


_STEPS: Final[dict[str, Callable[[Desk, UUID], str]]] = {
    "test": _test,
    "replay": _replay,
    "pause": _pause,
    "resume": _resume,
}


def _find(desk: Desk, endpoint_id: UUID) -> WebhookEndpoint:
    try:
        return find_endpoint(desk.workspace, endpoint_id)
    except NotFound:
        raise Http404 from None
