"""A sliding window per key: how many requests of the last seconds count, and when the next one may come.

In this process by default; in Redis when REDIS_URL names one, so that several processes share the count.
Losing Redis costs accuracy, never an answer.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

if TYPE_CHECKING:
    from leadhub.web.ratelimit_redis import RedisWindow


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer to one request, in the words of the rate limit headers. Times are Unix seconds."""

    allowed: bool
    limit: int
    remaining: int
    used: int
    reset_at: int
    retry_after: int


@dataclass(frozen=True, slots=True)
class Count:
    """What a window says: seconds until its oldest request drops out, and until another one has room."""

    allowed: bool
    used: int
    oldest_leaves: float
    room_in: float


def take(key_id: UUID | str, limit: int, window_seconds: int) -> Allowance:
    """Count one request of the key, if it has room; a refused one is not counted."""
    count: Count | None = None
    if settings.REDIS_URL:
        count = _shared(settings.REDIS_URL).take(str(key_id), limit, window_seconds)
    if count is None:
        count = _local().take(str(key_id), limit, window_seconds)
    return Allowance(
        allowed=count.allowed,
        limit=limit,
        remaining=max(0, limit - count.used),
        used=count.used,
        reset_at=math.ceil(time.time() + count.oldest_leaves),
        retry_after=0 if count.allowed else max(1, math.ceil(count.room_in)),
    )


class LocalWindow:
    """The windows of one process. Bounded: when there are too many requests, it forgets the idlest keys."""

    def __init__(self, most: int = 1_000_000) -> None:
        self._most = most
        self._held = 0
        self._windows: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, limit: int, window_seconds: int) -> Count:
        moment = time.monotonic()
        with self._lock:
            times = self._windows.setdefault(key, deque())
            self._windows.move_to_end(key)
            while times and times[0] <= moment - window_seconds:
                times.popleft()
                self._held -= 1
            allowed = len(times) < limit
            if allowed:
                times.append(moment)
                self._held += 1
                self._forget_idle()
            used = len(times)
            oldest = times[0] if times else moment
            leaver = times[used - limit] if 0 < limit <= used else moment
        # In this order, because a rounded sum might come to more than the window.
        return Count(allowed, used, window_seconds - (moment - oldest), window_seconds - (moment - leaver))

    def _forget_idle(self) -> None:
        while self._held > self._most and len(self._windows) > 1:
            _key, times = self._windows.popitem(last=False)
            self._held -= len(times)


@cache
def _local() -> LocalWindow:
    return LocalWindow()


@lru_cache(maxsize=4)
def _shared(url: str) -> RedisWindow:
    from leadhub.web.ratelimit_redis import RedisWindow

    return RedisWindow(url)
