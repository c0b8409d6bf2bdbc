"""The period, owner and source of a report, as the address says them; days are those of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.queries.reports.period import Period
from leads.values import clean_date, clean_moment

WALL: Final = "wall"
_DAYS: Final = 30
_ONE: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=1098)


@dataclass(frozen=True, slots=True)
class Asked:
    """`last` is included, as people say it; `until` is a moment within it, if it does not count as a whole.
    `clock`: waiting is told around the clock, whatever the hours of the workspace are."""

    first: date
    last: date
    period: Period
    clock: str = ""
    until: datetime | None = None

    @property
    def owner(self) -> UUID | None:
        return self.period.owner

    @property
    def source(self) -> str:
        return self.period.source or ""

    @property
    def is_partial(self) -> bool:
        """Today is among the days, and not over yet."""
        return self.period.since <= now() < self.period.until

    @property
    def is_work(self) -> bool:
        """Waiting is told in working time."""
        return bool(self.period.workspace.working_hours) and self.clock != WALL

    @property
    def parameters(self) -> dict[str, str]:
        found = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        found |= {"owner": str(self.owner)} if self.owner is not None else {}
        found |= {"source": self.source} if self.source else {}
        found |= {"clock": self.clock} if self.clock else {}
        return found | ({"until": self.until.isoformat()} if self.until else {})

    @property
    def query(self) -> str:
        return urlencode(self.parameters)

    @property
    def before(self) -> Asked:
        """As many days before; up to the time of day that it is now, where today is not over."""
        days, zone = self.last - self.first + _ONE, self.period.zone
        period = replace(
            self.period, since=day_begins(self.first - days, zone), until=day_begins(self.first, zone)
        )
        earlier = Asked(self.first - days, self.first - _ONE, period, self.clock)
        if not self.is_partial:
            return earlier
        here = now().astimezone(zone)
        cut = datetime.combine(here.date() - days, here.time(), zone).astimezone(UTC)
        return replace(earlier, period=replace(period, until=cut), until=cut)


def read_asked(sent: Mapping[str, Any], desk: Desk) -> Asked:
    """What cannot be read is as if nothing was chosen; a period that is too long ends where it began."""
    today = now().astimezone(desk.zone).date()
    last = _day(sent.get("to"), today)
    first = _day(sent.get("from"), last - timedelta(days=_DAYS - 1))
    first, last = min(first, last), max(first, last)
    first = max(first, last - _LONGEST)
    since, until = day_begins(first, desk.zone), day_begins(last + _ONE, desk.zone)
    cut = _moment(sent.get("until"))
    cut = cut if cut and since < cut < until else None
    period = Period(
        desk.workspace,
        since,
        cut or until,
        desk.zone,
        parse_id(sent.get("owner", "")),
        str(sent.get("source", "")) or None,
    )
    return Asked(first, last, period, WALL if sent.get("clock") == WALL else "", cut)


def day_begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def narrowed(period: Period, first: date, last: date) -> Period:
    """The days of a part of the period: those outside it do not count."""
    since, until = day_begins(first, period.zone), day_begins(last + _ONE, period.zone)
    return replace(period, since=max(since, period.since), until=min(until, period.until))


def _day(raw: object, usual: date) -> date:
    try:
        day = clean_date(raw)
    except ValidationError:
        return usual
    return day if 1970 <= day.year <= 2200 else usual


def _moment(raw: object) -> datetime | None:
    try:
        return clean_moment(raw)
    except ValidationError:
        return None
