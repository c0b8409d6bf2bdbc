"""What is learnt about an endpoint from each answer: rest it, try it again, pause it, give it up."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leads.change import Actor, ActorKind
from leads.changes import transact
from leads.changes.endpoints import disable_endpoint, pause_endpoint
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased
from leads.outbox import schedule

log = logging.getLogger("leadhub.outbox")

WORKER: Final = Actor(ActorKind.SYSTEM, "worker", "worker")
# Longer than an attempt takes; if the prober dies, another may try after that.
_PROBE_TAKES: Final = timedelta(seconds=30)


def take_probe(endpoint: WebhookEndpoint, moment: datetime) -> bool:
    """Of all workers that see that an endpoint's rest is over, one gets to try it."""
    leased = WebhookEndpoint.objects.filter(pk=endpoint.pk, retry_at=endpoint.retry_at)
    return leased.update(retry_at=moment + _PROBE_TAKES) == 1


def note_success(endpoint: WebhookEndpoint) -> None:
    was_resting = endpoint.failures >= schedule.BREAKER
    well = {"failures": 0, "failing_since": None, **({"retry_at": None} if was_resting else {})}
    WebhookEndpoint.objects.filter(pk=endpoint.pk, failures__gt=0).update(**well)
    if was_resting:
        # It is back. What waits for its next attempt waits no longer, so that all goes out in its order.
        leased = WebhookDelivery.objects.filter(endpoint=endpoint, state=Leased.State.DUE, lease_until=None)
        leased.filter(due_at__gt=now()).update(due_at=now())


def note_failure(endpoint: WebhookEndpoint, moment: datetime, wait: datetime | None) -> None:
    """`wait` is until when the receiver asked to be left alone."""
    failing = transact(lambda: _count(endpoint, moment, wait))
    if failing is None or failing.failing_since is None or failing.failures < schedule.LEAST_TRIES:
        return
    if failing.paused_at is None and failing.failing_since <= moment - schedule.PATIENCE:
        reason = _("Nothing was taken since %s; look at the receiver and resume.") % (
            f"{failing.failing_since:%Y-%m-%d %H:%M} UTC"
        )
        log.warning("Webhook paused", extra={"fields": {"webhook": endpoint.pk}})
        pause_endpoint(endpoint.workspace, WORKER, endpoint.pk, reason)


def close_gone(endpoint: WebhookEndpoint) -> None:
    """410 is the receiver's word for: never again."""
    log.warning("Webhook disabled", extra={"fields": {"webhook": endpoint.pk}})
    disable_endpoint(endpoint.workspace, WORKER, endpoint.pk, _("The receiver answered 410, gone."))


def _count(endpoint: WebhookEndpoint, moment: datetime, wait: datetime | None) -> WebhookEndpoint | None:
    row = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
    if row is None:
        return None
    row.failures += 1
    row.failing_since = row.failing_since or moment
    rests = [until for until in (schedule.end_of_break(moment, row.failures), wait) if until is not None]
    if rests:
        row.retry_at = max(rests)
    WebhookEndpoint.objects.filter(pk=row.pk).update(
        failures=row.failures, failing_since=row.failing_since, retry_at=row.retry_at
    )
    return row
