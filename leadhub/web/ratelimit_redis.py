"""The sliding windows of all processes, in Redis. When that is lost: give up fast and stay away a while."""

from __future__ import annotations

import logging
import time

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from leadhub.web.ratelimit import Count

log = logging.getLogger("leadhub.web")

TIMEOUT = 0.25
PAUSE = 10.0
_PREFIX = "leadhub:rate:"

# A list of the times, oldest first, by the clock of Redis. One call, so that no two take the last place.
_TAKE = """
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - window do
    redis.call('LPOP', KEYS[1])
    oldest = redis.call('LINDEX', KEYS[1], 0)
end
local used = redis.call('LLEN', KEYS[1])
local allowed = 0
if used < limit then
    allowed = 1
    used = redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
    redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
end
local first = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
local leaver = now
if limit > 0 and used >= limit then
    leaver = tonumber(redis.call('LINDEX', KEYS[1], used - limit))
end
return {allowed, used, first + window - now, leaver + window - now}
"""


class RedisWindow:
    """None instead of a count means: ask somebody else."""

    def __init__(self, url: str) -> None:
        self._away_until = 0.0
        self._failing = False
        self._script = None
        try:
            client = Redis.from_url(
                url,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:
            log.error("REDIS_URL is not understood. Write redis://host:6379/0.")
            return
        self._script = client.register_script(_TAKE)

    def take(self, key: str, limit: int, window_seconds: int) -> Count | None:
        if self._script is None or time.monotonic() < self._away_until:
            return None
        if self._failing:
            # One request tries whether it is back; the others need not wait for the outcome.
            self._away_until = time.monotonic() + PAUSE
        try:
            reply = self._script(keys=[_PREFIX + key], args=[limit, window_seconds * 1_000_000])
        except (RedisError, OSError) as error:
            self._stay_away(error)
            return None
        self._failing, self._away_until = False, 0.0
        allowed, used, oldest_leaves, room_in = (int(number) for number in reply)
        return Count(bool(allowed), used, oldest_leaves / 1_000_000, room_in / 1_000_000)

    def _stay_away(self, error: Exception) -> None:
        if not self._failing:
            log.warning("Redis does not answer (%s); each process counts for itself.", type(error).__name__)
        self._failing = True
        self._away_until = time.monotonic() + PAUSE
