"""The demo's time: working days counted back from today, where the desk is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from leadhub.workspaces.clock import now

_SATURDAY = 5


class Calendar:
    def __init__(self, zone: str) -> None:
        self.now = now()
        self._zone = ZoneInfo(zone)

    def past(self, rng: Random, days: float) -> datetime:
        """A moment of a working day about that many days ago."""
        return min(self._hour_of(rng, -days), self.now - timedelta(minutes=rng.randint(4, 240)))

    def after(self, rng: Random, moment: datetime, hours: float) -> datetime:
        """Some working hours after a moment, but before now."""
        wanted = self._at_work(rng, moment + timedelta(hours=hours * rng.uniform(0.5, 1.5)))
        if wanted < self.now:
            return wanted
        return moment + (self.now - moment) * rng.uniform(0.2, 0.8)

    def due(self, rng: Random, days: int) -> datetime:
        """A full quarter of an hour, that many days from today; 0 is today, less is overdue."""
        today = self.now.astimezone(self._zone).date()
        minutes = rng.randrange(9 * 60, 17 * 60, 15)
        return self._on(today + timedelta(days=days), minutes * 60)

    def _at_work(self, rng: Random, moment: datetime) -> datetime:
        """The moment itself if somebody is at work then, else early on the next working day."""
        local = moment.astimezone(self._zone)
        if 8 <= local.hour < 19 and local.weekday() < _SATURDAY:
            return moment
        days = 1 if local.hour >= 8 else 0
        day = local.date() + timedelta(days=days)
        if day.weekday() >= _SATURDAY:
            day += timedelta(days=7 - day.weekday())
        return self._on(day, rng.randrange(8 * 3600, 11 * 3600))

    def _on(self, day: date, seconds: float) -> datetime:
        return (datetime.combine(day, time(), self._zone) + timedelta(seconds=seconds)).astimezone(UTC)

    def _hour_of(self, rng: Random, days: float) -> datetime:
        day = (self.now + timedelta(days=days)).astimezone(self._zone).date()
        if day.weekday() >= _SATURDAY and rng.random() < 0.8:
            day -= timedelta(days=day.weekday() - _SATURDAY + 1)
        return self._on(day, rng.triangular(8 * 3600, 19 * 3600, 11 * 3600))
