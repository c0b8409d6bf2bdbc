"""How the queues stand, from the rows alone, so that any number of processes give the same answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from leadhub.workspaces.clock import now
from leads.models import Action, Job, WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased
from leads.outbox.deliver import claimable, sending


@dataclass(frozen=True, slots=True)
class Depth:
    """`oldest` is the age in seconds of what a worker should have taken first; 0 when all is taken."""

    queue: str
    oldest: float
    due: int
    open: int
    dead: int


def queue_depths() -> list[Depth]:
    moment = now()
    ready = claimable(moment).filter(endpoint__in=sending(moment).values("pk"))
    jobs, actions = (kind._default_manager.filter(due_at__lte=moment) for kind in (Job, Action))
    return [
        _depth("deliveries", WebhookDelivery.objects.all(), ready, moment),
        _depth("jobs", Job.objects.all(), jobs.filter(state=Leased.State.DUE), moment),
        _depth("actions", Action.objects.all(), actions.filter(state=Leased.State.DUE), moment),
    ]


def paused_endpoints() -> int:
    return WebhookEndpoint.objects.filter(paused_at__isnull=False, disabled_at=None).count()


def _depth(queue: str, rows: QuerySet[Leased], ready: QuerySet[Leased], moment: datetime) -> Depth:
    found = ready.aggregate(first=Min("due_at"), count=Count("pk"))
    first = found["first"]
    return Depth(
        queue,
        max(0.0, (moment - first).total_seconds()) if first else 0.0,
        found["count"],
        rows.filter(state=Leased.State.DUE).count(),
        rows.filter(state=Leased.State.DEAD).count(),
    )
