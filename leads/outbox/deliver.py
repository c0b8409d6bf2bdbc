"""The queue of deliveries: which are due, one attempt at one of them, and what follows from its answer."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from leadhub.web.logs import redact
from leadhub.web.sealing import Unsealable
from leadhub.workspaces.clock import now
from leads.models import WebhookDelivery, WebhookEndpoint
from leads.models.outbox import Leased
from leads.outbox import lease, schedule
from leads.outbox.endpoint_health import close_gone, note_failure, note_success, take_probe
from leads.outbox.events import body_of
from leads.outbox.gate import Gate, outbound_gate
from leads.outbox.posting import Answer, Unreachable, post
from leads.outbox.queue import Queue, Watch
from leads.outbox.signing import signed_headers
from leads.values import format_moment

GONE: Final = 410
_LONGEST_ANSWER: Final = 1000
_MOST_ATTEMPTS_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one attempt; no status if no answer came."""

    at: datetime
    milliseconds: int
    headers: dict[str, str]
    status: int | None = None
    retry_after: str | None = None
    text: str = ""
    error: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sending(moment: datetime) -> QuerySet[WebhookEndpoint]:
    """The endpoints that are to be sent to now, and have something due."""
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), state=Leased.State.DUE, due_at__lte=moment)
    rested = Q(retry_at=None) | Q(retry_at__lte=moment)
    return WebhookEndpoint.objects.filter(rested, Exists(due), paused_at=None, disabled_at=None)


def claimable(moment: datetime) -> QuerySet[WebhookDelivery]:
    """Deliveries that are due, and whose turn it is among those of their lead at their endpoint.

    An earlier one goes first: while it is at hand, while it is due, and while it waits for its next
    attempt; but only for so long, or one that the receiver never takes would hold up the rest for days.
    """
    earlier = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        lead_id=OuterRef("lead_id"),
        pk__lt=OuterRef("pk"),
        state=Leased.State.DUE,
    )
    recent = moment - schedule.ORDERED_FOR
    first = earlier.filter(Q(lease_until__gt=moment) | Q(due_at__lte=moment) | Q(created_at__gt=recent))
    return WebhookDelivery.objects.filter(~Exists(first), state=Leased.State.DUE, due_at__lte=moment)


class DeliveryQueue(Queue[WebhookDelivery]):
    name: ClassVar[str] = "deliveries"

    def claim(self, owner: str, room: int, held: Collection[WebhookDelivery]) -> list[WebhookDelivery]:
        gate = outbound_gate()
        if gate is not Gate.OPEN:
            if gate is Gate.SHUT:
                close_due(now())
            return []
        moment = now()
        endpoints = list(sending(moment))
        random.shuffle(endpoints)
        # A quarter of the room stays free of any one endpoint, however slowly it answers.
        most = max(1, (room + len(held)) * 3 // 4)
        at_hand = Counter(row.endpoint_id for row in held)
        claimed: list[WebhookDelivery] = []
        for endpoint in endpoints:
            share = min(room - len(claimed), most - at_hand[endpoint.pk])
            if share > 0:
                due = _due_of(endpoint, share, moment)
                rows = lease.take(due, owner, self.length) if due is not None else []
                for row in rows:
                    row.endpoint = endpoint
                claimed += rows
        return claimed

    def work(self, row: WebhookDelivery, watch: Watch) -> None:
        if row.attempt > len(schedule.DELIVERY):
            # It was being sent, each time, when its worker died.
            lease.finish(row, **_end(Leased.State.DEAD, _("No worker lived to see the last attempt end.")))
            return
        settle(row, attempt(row))

    def fail(self, row: WebhookDelivery, error: Exception) -> None:
        """No fault of the endpoint, so it does not count against it."""
        reason = _("leadhub could not make this message (%s); its log says why.") % type(error).__name__
        again = schedule.next_attempt(now(), row.attempt, schedule.DELIVERY)
        retry = {"due_at": again, "last_error": reason}
        lease.finish(row, **(retry if again else _end(Leased.State.DEAD, reason)))


def _due_of(endpoint: WebhookEndpoint, share: int, moment: datetime) -> QuerySet[WebhookDelivery] | None:
    if endpoint.failures >= schedule.BREAKER:
        # It failed so often that it is tried with one delivery, by one worker.
        if not take_probe(endpoint, moment):
            return None
        share = 1
    return claimable(moment).filter(endpoint=endpoint).order_by("due_at", "pk")[:share]


def attempt(row: WebhookDelivery) -> Result:
    """Send it once. Never raises for what the receiver or the way there does."""
    endpoint, at, started = row.endpoint, now(), time.perf_counter()
    body = body_of(row.event)
    headers: dict[str, str] = {}
    answer = Answer(0, None, "")
    error = ""
    try:
        signed = signed_headers(endpoint, str(row.event_id), body, at)
        headers = {"Content-Type": "application/json", "User-Agent": "leadhub/1", **signed}
        answer = post(endpoint.url, headers, body)
    except Unreachable as trouble:
        error = str(trouble)
    except Unsealable:
        error = _("The secret cannot be opened any more; rotate it.")
    milliseconds = round((time.perf_counter() - started) * 1000)
    return Result(at, milliseconds, headers, answer.status or None, answer.retry_after, answer.text, error)


def settle(row: WebhookDelivery, result: Result) -> None:
    """Store what came of the attempt, and learn about the endpoint from it."""
    moment = now()
    wait = schedule.asked_to_wait(result.retry_after, moment)
    again = schedule.next_attempt(moment, row.attempt, schedule.DELIVERY)
    reason = (
        "" if result.is_success else result.error or _("The receiver answered %d.") % (result.status or 0)
    )
    reason = redact(reason)
    if result.is_success:
        columns = _end(Leased.State.DONE, "")
    elif again is None or result.status == GONE:
        columns = _end(Leased.State.DEAD, reason)
    else:
        columns = {"due_at": max(again, wait or again), "last_error": reason}
    if not lease.finish(row, **columns, **_log(row, result)):
        return
    if result.is_success:
        note_success(row.endpoint)
    elif result.status == GONE:
        close_gone(row.endpoint)
    else:
        note_failure(row.endpoint, moment, wait if result.status in {429, 503} else None)


def close_due(moment: datetime) -> int:
    """Give up what is due, because nothing is to leave; it can be sent again from the log."""
    leased = WebhookDelivery.objects.filter(state=Leased.State.DUE, due_at__lte=moment)
    return leased.update(**_end(Leased.State.DEAD, _("Nothing is sent from here (OUTBOUND=off).")))


def _end(state: Leased.State, reason: str) -> dict[str, Any]:
    return {"state": state, "due_at": None, "last_error": reason, "finished_at": now()}


def _log(row: WebhookDelivery, result: Result) -> dict[str, Any]:
    answer = redact(result.text[: _LONGEST_ANSWER * 2])[:_LONGEST_ANSWER]
    line = {
        "attempt": row.attempt,
        "at": format_moment(result.at),
        "status": result.status,
        "ms": result.milliseconds,
        "request": _masked(result.headers),
        "answer": answer,
        "error": redact(result.error),
    }
    row.attempts = [*row.attempts, line]
    # Kept with it, because the first ones are dropped.
    line["number"] = row.numbers[-1]
    return {
        "status": result.status,
        "duration_ms": result.milliseconds,
        "answer": answer,
        "attempts": row.attempts[-_MOST_ATTEMPTS_KEPT:],
    }


def _masked(headers: dict[str, str]) -> dict[str, str]:
    return {name: "v1,…" if name == "webhook-signature" else value for name, value in headers.items()}
