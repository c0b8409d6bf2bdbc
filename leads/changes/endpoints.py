"""Writing a workspace's webhooks: where events are sent to, and the secrets that sign them."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.web.sealing import seal
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import ApiKey, Workspace
from leads.change import Actor
from leads.changes.catalogue import renew_catalogue, write_entry
from leads.changes.transact import transact
from leads.errors import NotFound, Refused
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased
from leads.timeline import MISSING, Change, change_of, plain
from leads.validation.problems import Problems
from leads.values import clean_boolean, clean_line
from leads.values.outside import clean_webhook_url

EVENTS: Final = (
    "lead.created",
    "lead.updated",
    "lead.completed",
    "lead.archived",
    "lead.restored",
    "lead.deleted",
    "lead.merged",
    "lead.opted_out",
    "lead.disposition_changed",
    "lead.tags_changed",
    "checklist.answered",
    "document.received",
    "message.approved",
    "import.finished",
)
MOST: Final = 50
OVERLAP: Final = timedelta(hours=24)


def create_endpoint(
    workspace: Workspace, actor: Actor, values: Mapping[str, object]
) -> tuple[WebhookEndpoint, str]:
    """A webhook and, this once, its secret. Made by a key, it does not hear the writes of that key.

    Values: name, url, events (required); with_test_leads, echoes, api_key_id.
    """
    given = {"name": None, "url": None, "events": None, "api_key_id": actor.api_key_id, **values}
    columns = _clean(workspace, given)
    text, sealed = _new_secret()
    row = WebhookEndpoint(workspace=workspace, secret=sealed, **columns)

    def write() -> WebhookEndpoint:
        if WebhookEndpoint.objects.filter(workspace=workspace).count() >= MOST:
            raise Refused("too_many", _("A workspace has at most %d webhooks; delete one first.") % MOST)
        row.save(force_insert=True)
        changes = {column: change_of(MISSING, value) for column, value in columns.items()}
        _tell(workspace, actor, row, "webhook_saved", _("Webhook “%s” added") % row, changes)
        return row

    return transact(write), text


def change_endpoint(
    workspace: Workspace, actor: Actor, endpoint_id: object, values: Mapping[str, object]
) -> WebhookEndpoint:
    """Set some of the values; what is absent is left alone, and an unchanged webhook writes nothing."""
    columns = _clean(workspace, values)
    summary = _("Webhook “%s” changed")
    return _write(workspace, actor, endpoint_id, "webhook_saved", summary, lambda row: columns)


def rotate_secret(
    workspace: Workspace, actor: Actor, endpoint_id: object, overlap: timedelta = OVERLAP
) -> tuple[WebhookEndpoint, str]:
    """A new secret, told this once. Until the overlap has passed, the old one signs along."""
    text, sealed = _new_secret()

    def rotate(row: WebhookEndpoint) -> dict[str, object]:
        keeps = overlap > timedelta(0)
        row.old_secret = bytes(row.secret) if keeps else None
        row.secret = sealed
        row.save(update_fields=["secret", "old_secret"])
        return {"old_secret_until": now() + overlap if keeps else None}

    summary = _("Secret of webhook “%s” rotated")
    row = _write(workspace, actor, endpoint_id, "webhook_rotated", summary, rotate, always=True)
    return row, text


def pause_endpoint(
    workspace: Workspace, actor: Actor, endpoint_id: object, reason: str = ""
) -> WebhookEndpoint:
    """Nothing is sent until it is resumed; what happens meanwhile waits for it."""

    def pause(row: WebhookEndpoint) -> dict[str, object]:
        if row.paused_at is not None:
            return {}
        return {"paused_at": now(), "paused_reason": clean_line(reason, 255)}

    return _write(workspace, actor, endpoint_id, "webhook_paused", _("Webhook “%s” paused"), pause)


def disable_endpoint(workspace: Workspace, actor: Actor, endpoint_id: object, reason: str) -> WebhookEndpoint:
    """The receiver is gone: nothing more is sent or kept for it, and what waited is given up."""

    def disable(row: WebhookEndpoint) -> dict[str, object]:
        close_waiting(row, reason)
        return {"disabled_at": row.disabled_at or now(), "paused_reason": clean_line(reason, 255)}

    return _write(workspace, actor, endpoint_id, "webhook_disabled", _("Webhook “%s” disabled"), disable)


def resume_endpoint(workspace: Workspace, actor: Actor, endpoint_id: object) -> WebhookEndpoint:
    """Send again, beginning with what waited; a clean slate for one that was failing or disabled."""

    def resume(row: WebhookEndpoint) -> dict[str, object]:
        waiting = WebhookDelivery.objects.filter(workspace=workspace, endpoint=row, state=Leased.State.DUE)
        waiting.filter(due_at__gt=now(), lease_until=None).update(due_at=now())
        blank = {"paused_at": None, "paused_reason": "", "disabled_at": None}
        return {**blank, "failures": 0, "failing_since": None, "retry_at": None}

    return _write(workspace, actor, endpoint_id, "webhook_resumed", _("Webhook “%s” resumed"), resume)


def delete_endpoint(workspace: Workspace, actor: Actor, endpoint_id: object) -> None:
    """The webhook and its log of deliveries go; the events themselves stay."""

    def write() -> None:
        row = find_endpoint(workspace, endpoint_id, lock=True)
        changes = {"name": change_of(row.name, MISSING), "url": change_of(row.url, MISSING)}
        WebhookDelivery.objects.filter(workspace=workspace, endpoint=row).delete()
        _tell(workspace, actor, row, "webhook_deleted", _("Webhook “%s” deleted") % row, changes)
        row.delete()

    transact(write)


def close_waiting(row: WebhookEndpoint, reason: str) -> int:
    """Give up what was still to be sent to an endpoint."""
    waiting = WebhookDelivery.objects.filter(workspace=row.workspace_id, endpoint=row, state=Leased.State.DUE)
    return waiting.update(state=Leased.State.DEAD, due_at=None, last_error=reason, finished_at=now())


def find_endpoint(workspace: Workspace, endpoint_id: object, *, lock: bool = False) -> WebhookEndpoint:
    key = parse_id(endpoint_id)
    rows = WebhookEndpoint.objects.filter(workspace=workspace)
    row = (rows.select_for_update() if lock else rows).filter(pk=key).first() if key else None
    if row is None:
        raise NotFound(_("The workspace has no webhook with this id."))
    return row


def _write(
    workspace: Workspace,
    actor: Actor,
    endpoint_id: object,
    kind: str,
    summary: str,
    change: Callable[[WebhookEndpoint], Mapping[str, object]],
    *,
    always: bool = False,
) -> WebhookEndpoint:
    """Only the columns that differ are written, because the worker keeps count of failures beside us."""

    def write() -> WebhookEndpoint:
        row = find_endpoint(workspace, endpoint_id, lock=True)
        changes: dict[str, Change] = {}
        for column, value in change(row).items():
            if plain(getattr(row, column)) != plain(value):
                changes[column] = change_of(getattr(row, column), value)
                setattr(row, column, value)
        if changes or always:
            row.save(update_fields=list(changes))
            _tell(workspace, actor, row, kind, summary % row, changes)
        return row

    return transact(write)


def _tell(
    workspace: Workspace,
    actor: Actor,
    row: WebhookEndpoint,
    kind: str,
    summary: str,
    changes: Mapping[str, Change],
) -> None:
    told = {f"/webhooks/{row.pk}/{column}": change for column, change in changes.items()}
    write_entry(workspace, actor, kind, summary, told)
    renew_catalogue(workspace)


def _new_secret() -> tuple[str, bytes]:
    secret = secrets.token_bytes(32)
    return f"whsec_{base64.b64encode(secret).decode()}", seal(secret)


def _clean(workspace: Workspace, values: Mapping[str, object]) -> dict[str, Any]:
    rules: dict[str, Callable[[Any], object]] = {
        "name": _clean_name,
        "url": _clean_url,
        "events": _clean_events,
        "with_test_leads": clean_boolean,
        "echoes": clean_boolean,
        "api_key_id": lambda raw: _clean_key(workspace, raw),
    }
    problems = Problems()
    columns: dict[str, Any] = {}
    for column, raw in values.items():
        rule = rules.get(column)
        if rule is None:
            problems.add(column, "unknown_field", _("A webhook has no such field."), raw, list(rules))
            continue
        columns[column] = problems.attempt(column, raw, lambda rule=rule, raw=raw: rule(raw))  # type: ignore[misc]
    problems.settle()
    return columns


def _clean_name(raw: object) -> str:
    name = clean_line("" if raw is None else raw, 100)
    if not name:
        raise ValidationError(_("Give the webhook a name."), code="required")
    return name


def _clean_url(raw: object) -> str:
    if raw is None or raw == "":
        raise ValidationError(_("Enter the address that events are to be sent to."), code="required")
    return clean_webhook_url(raw, plain_http=settings.DEBUG, allowed=settings.OUTBOUND_NETWORKS)


def _clean_events(raw: object) -> list[str]:
    if not isinstance(raw, list | tuple) or not raw:
        raise ValidationError(_("Name at least one event."), code="required")
    unknown = [word for word in raw if word not in EVENTS]
    if unknown:
        message = _("There is no such event; choose from: %s.") % ", ".join(EVENTS)
        raise ValidationError(message, code="invalid_choice")
    return [event for event in EVENTS if event in raw]


def _clean_key(workspace: Workspace, raw: object) -> UUID | None:
    if raw is None:
        return None
    key_id = parse_id(raw)
    if key_id is None or not ApiKey.objects.filter(workspace=workspace, pk=key_id).exists():
        raise ValidationError(_("The workspace has no key with this id."), code="not_found")
    return key_id
