"""When something is tried again: the schedules of deliveries, breaker and jobs, and Retry-After."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

_MINUTE, _HOUR = 60.0, 3600.0

# Seconds before each attempt at a delivery, the first one at once: those of Standard Webhooks, three days.
DELIVERY: Final[tuple[float, ...]] = (
    0,
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
JOB: Final[tuple[float, ...]] = (0, 10, _MINUTE, 5 * _MINUTE, 30 * _MINUTE)
# After so many failures in a row an endpoint is left alone for a while, and then tried with one delivery.
BREAKER: Final = 5
LONGEST_BREAK: Final = timedelta(minutes=5)
# An endpoint that took nothing for so long, however often it was tried, is paused.
PATIENCE: Final = timedelta(days=3)
LEAST_TRIES: Final = 20
# How long a delivery that waits for its next attempt holds up later ones of its lead.
ORDERED_FOR: Final = timedelta(hours=1)
# What a receiver may ask us to wait.
LONGEST_WAIT: Final = timedelta(hours=24)


def next_attempt(moment: datetime, attempt: int, delays: Sequence[float]) -> datetime | None:
    """When to try again after an attempt (the first is 1) failed; None after the last.

    A tenth more or less, so that what failed together does not come back together.
    """
    if attempt >= len(delays):
        return None
    return moment + timedelta(seconds=delays[attempt] * random.uniform(0.9, 1.1))  # noqa: S311


def end_of_break(moment: datetime, failures: int) -> datetime | None:
    """Until when an endpoint is left alone after so many failures in a row; doubles with each."""
    if failures < BREAKER:
        return None
    return moment + min(LONGEST_BREAK, timedelta(seconds=5 * 2 ** min(failures - BREAKER, 10)))


def asked_to_wait(header: str | None, moment: datetime) -> datetime | None:
    """What a Retry-After header says, in seconds or as a date; nonsense and the past say nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        wanted = moment + timedelta(seconds=int(text[:9]))
    else:
        try:
            wanted = parsedate_to_datetime(text)
        except ValueError:
            return None
        wanted = wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)
    return min(wanted, moment + LONGEST_WAIT) if wanted > moment else None
