"""The log of deliveries: what we told whom, sending it again, and sending a test."""

from __future__ import annotations

import json
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.changes import transact
from leads.changes.endpoints import find_endpoint
from leads.errors import NotFound, Refused
from leads.models import Entry, Event, WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased
from leads.outbox.events import TEST, message_of


def deliveries_of_lead(workspace: Workspace, lead_id: UUID, limit: int = 100) -> list[WebhookDelivery]:
    """What was told, or is yet to be told, about a lead: newest first, each with its endpoint and event."""
    about = WebhookDelivery.objects.filter(workspace=workspace, lead_id=lead_id)
    return list(about.select_related("endpoint", "event").order_by("-pk")[:limit])


def deliveries_of_entry(entry: Entry) -> list[WebhookDelivery]:
    """Who has heard of one change of a lead, in the order in which they did."""
    rows = WebhookDelivery.objects.filter(workspace=entry.workspace_id, lead_id=entry.lead_id)
    rows = rows.filter(event__entry_id=entry.pk, state=Leased.State.DONE)
    return list(rows.select_related("endpoint").order_by("finished_at", "pk"))


def deliveries_of_endpoint(
    workspace: Workspace, endpoint_id: UUID, *, state: str = "", before: UUID | None = None, limit: int = 50
) -> list[WebhookDelivery]:
    """The log of an endpoint, newest first, from before a delivery on."""
    rows = WebhookDelivery.objects.filter(workspace=workspace, endpoint=endpoint_id)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("event").order_by("-pk")[:limit])


def find_delivery(workspace: Workspace, delivery_id: object) -> WebhookDelivery:
    key = parse_id(delivery_id)
    rows = WebhookDelivery.objects.filter(workspace=workspace).select_related("endpoint", "event")
    row = rows.filter(pk=key).first() if key else None
    if row is None:
        raise NotFound(_("The workspace has no delivery with this id."))
    return row


def replay(workspace: Workspace, delivery_id: object) -> WebhookDelivery:
    """Send one again, under the same id; one that is still to be sent is sent at once."""
    delivery = find_delivery(workspace, delivery_id)
    _refuse_disabled(delivery.endpoint)
    _again(WebhookDelivery.objects.filter(pk=delivery.pk, lease_until=None))
    delivery.refresh_from_db()
    return delivery


def replay_failed(workspace: Workspace, endpoint_id: object) -> int:
    """Send everything again that an endpoint was not told; how many that are."""
    endpoint = find_endpoint(workspace, endpoint_id)
    _refuse_disabled(endpoint)
    failed = WebhookDelivery.objects.filter(workspace=workspace, endpoint=endpoint, state=Leased.State.DEAD)
    return _again(failed)


def send_test(workspace: Workspace, endpoint_id: object) -> WebhookDelivery:
    """A message that concerns no lead, through the same queue as all others."""
    endpoint = find_endpoint(workspace, endpoint_id)
    _refuse_disabled(endpoint)
    if endpoint.paused_at is not None:
        raise Refused("paused", _("This webhook is paused, so nothing is sent to it; resume it first."))

    def write() -> WebhookDelivery:
        moment = now()
        payload = {"summary": _("This is a test.")}
        event = Event.objects.create(
            workspace=workspace, kind=TEST, is_test=True, payload=payload, created_at=moment
        )
        return WebhookDelivery.objects.create(
            workspace=workspace,
            endpoint=endpoint,
            event=event,
            state=Leased.State.DUE,
            due_at=moment,
            created_at=moment,
        )

    return transact(write)


def message_in(delivery: WebhookDelivery) -> str:
    """The body as it is sent, laid out for reading."""
    return json.dumps(message_of(delivery.event), indent=2, sort_keys=True, ensure_ascii=False)


def counts_of(workspace: Workspace, endpoint_id: UUID) -> dict[str, int]:
    """How many deliveries of an endpoint stand where."""
    rows = WebhookDelivery.objects.filter(workspace=workspace, endpoint=endpoint_id)
    counted = rows.order_by().values_list("state").annotate(rows=Count("pk"))
    return dict(counted)


def _again(leased: QuerySet[WebhookDelivery]) -> int:
    fresh = {"state": Leased.State.DUE, "due_at": now(), "attempt": 0, "last_error": "", "finished_at": None}
    return leased.update(**fresh)


def _refuse_disabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise Refused("disabled", _("This webhook is disabled; resume it first."))
