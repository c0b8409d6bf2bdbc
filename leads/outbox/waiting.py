"""What waits to be sent: of the whole installation, for whoever releases a restored copy; of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.changes.endpoints import close_waiting
from leads.changes.sending import note_failure
from leads.models import Action, WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased


@dataclass(frozen=True, slots=True)
class Waiting:
    endpoint_id: UUID
    workspace: str
    name: str
    url: str
    count: int
    oldest: datetime


def waiting_by_endpoint() -> list[Waiting]:
    """The address without its query, where some receivers put a secret."""
    due = WebhookDelivery.objects.filter(state=Leased.State.DUE, endpoint__disabled_at=None)
    counted = due.order_by().values("endpoint").annotate(rows=Count("pk"), oldest=Min("created_at"))
    found = {row["endpoint"]: row for row in counted}
    endpoints = WebhookEndpoint.objects.filter(pk__in=list(found)).select_related("workspace")
    return [
        Waiting(
            endpoint.pk,
            endpoint.workspace.slug,
            endpoint.name,
            urlsplit(endpoint.url)._replace(query="").geturl(),
            found[endpoint.pk]["rows"],
            found[endpoint.pk]["oldest"],
        )
        for endpoint in endpoints.order_by("workspace__slug", "name", "pk")
    ]


def messages_by_workspace() -> list[tuple[str, int, datetime]]:
    """How many messages wait to be sent to leads in each workspace, and since when the first is due."""
    due = Action.objects.filter(state=Leased.State.DUE).order_by("workspace__slug")
    counted = due.values("workspace__slug").annotate(rows=Count("pk"), first=Min("due_at"))
    return [(row["workspace__slug"], row["rows"], row["first"]) for row in counted]


def waiting_in(workspace: Workspace) -> int:
    """Deliveries and messages that one workspace has waiting."""
    due = {"workspace": workspace, "state": Leased.State.DUE}
    deliveries = WebhookDelivery.objects.filter(**due, endpoint__disabled_at=None).count()
    return deliveries + Action.objects.filter(**due).count()


def discard_messages() -> int:
    """Give up the messages that wait; each lead's timeline says so, and they can be sent again from there."""
    waiting = list(Action.objects.filter(state=Leased.State.DUE).select_related("workspace"))
    for row in waiting:
        note_failure(row, "discarded", _("Given up when the restored copy was released."))
    return len(waiting)


def discard_waiting() -> int:
    """Give up everything that waits; it can be sent again from the log."""
    endpoints = WebhookEndpoint.objects.filter(pk__in=[row.endpoint_id for row in waiting_by_endpoint()])
    return sum(close_waiting(row, _("Given up when the restored copy was released.")) for row in endpoints)
