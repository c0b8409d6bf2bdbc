"""What a worker sees to now and then: forgetting what is too old, and counting anew what has changed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from leadhub.web.idempotency import prune_answers
from leadhub.web.records import prune_requests
from leadhub.workspaces.clock import now
from leads.changes.bulk import forget_jobs
from leads.changes.endpoints import close_waiting
from leads.imports.starting import forget_old_files
from leads.models import Event, WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased
from leads.outbox.events import KEPT_FOR, first_id_of
from leads.outbox.exporting import prune_exports
from leads.outbox.recounting import enqueue_recounts
from leads.outbox.sweeping import sweep_files, sweep_uploads

_BATCH: Final = 1000
# As long a bulk change can be looked at and taken back.
_JOBS_KEPT_FOR: Final = timedelta(days=90)


@dataclass(slots=True)
class Chore:
    run: Callable[[], object]
    every: float
    # Not all at the start, when there is other work, and not with all other workers at the same moment.
    next_at: float = field(default=0.0)


class Upkeep:
    """Any number of workers may do the same; whoever comes second finds nothing left."""

    def __init__(self) -> None:
        self._chores = [
            Chore(enqueue_recounts, 30),
            Chore(close_disabled, 300),
            Chore(prune_events, 3600),
            Chore(lambda: prune_answers(now()), 3600),
            Chore(prune_requests, 3600),
            Chore(sweep_uploads, 3600),
            Chore(prune_exports, 3600),
            Chore(forget_old_files, 3600),
            Chore(lambda: forget_jobs(now() - _JOBS_KEPT_FOR), 6 * 3600),
            Chore(sweep_files, 6 * 3600),
        ]

    def due(self) -> list[Callable[[], object]]:
        """What is to be done now; it counts as done."""
        moment = time.monotonic()
        due = [chore for chore in self._chores if chore.next_at <= moment]
        for chore in due:
            chore.next_at = moment + chore.every * random.uniform(0.8, 1.2)  # noqa: S311
        return [chore.run for chore in due]


def prune_events(batch: int = _BATCH) -> int:
    """Forget events, and what was sent of them, after 30 days; in transactions that hold nobody up."""
    gone = 0
    horizon = first_id_of(now() - KEPT_FOR)
    while True:
        # Ids rise with time, so the oldest are the first of the primary key.
        oldest = Event.objects.filter(pk__lt=horizon).order_by("pk").values_list("pk", "workspace_id")
        rows = list(oldest[:batch])
        for workspace_id in {workspace_id for _pk, workspace_id in rows}:
            ids = [pk for pk, owner in rows if owner == workspace_id]
            WebhookDelivery.objects.filter(workspace=workspace_id, event__in=ids).delete()
            gone += Event.objects.filter(workspace=workspace_id, pk__in=ids).delete()[0]
        if len(rows) < batch:
            return gone


def close_disabled() -> int:
    """A write that began before an endpoint was disabled may have left something for it."""
    waiting = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=Leased.State.DUE)
    gone = WebhookEndpoint.objects.filter(Exists(waiting), disabled_at__isnull=False)
    return sum(close_waiting(row, _("The webhook is disabled.")) for row in gone)
