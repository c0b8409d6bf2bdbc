"""The period, owner and source of a report, as the address says them; days are those of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leads.admin.clocks import written
from leads.admin.desk import Desk
from leads.queries.reports.period import Period
from leads.values import clean_date, clean_moment

WALL: Final = "wall"
_DAYS: Final = 30
_ONE: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=1098)
_YEARS: Final = range(1970, 2201)


@dataclass(frozen=True, slots=True)
class Asked:
    """`last` is included, as people say it; `until` is a moment within it, if it does not count as a whole.
    `clock`: waiting is told around the clock, whatever the hours of the workspace are. `problems` say what of
    the address could not be followed."""

    first: date
    last: date
    period: Period
    clock: str = ""
    until: datetime | None = None
    problems: tuple[str, ...] = ()

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
    """What cannot be read is told, and is else as if nothing was chosen."""
    problems: list[str] = []
    first, last = _days(sent, desk, problems)
    owner = parse_id(sent.get("owner", ""))
    if owner is None and sent.get("owner"):
        problems.append(_("“%s” is nobody in this workspace; the report is of everybody.") % sent["owner"])
    since, until = day_begins(first, desk.zone), day_begins(last + _ONE, desk.zone)
    cut = _moment(sent.get("until"))
    cut = cut if cut and since < cut < until else None
    period = Period(
        desk.workspace,
        since,
        cut or until,
        desk.zone,
        owner,
        str(sent.get("source", "")) or None,
    )
    return Asked(first, last, period, WALL if sent.get("clock") == WALL else "", cut, tuple(problems))


def _days(sent: Mapping[str, Any], desk: Desk, problems: list[str]) -> tuple[date, date]:
    """The first and the last day; the thirty up to today where none are named."""
    last = _day(sent, "to", now().astimezone(desk.zone).date(), problems)
    first = _day(sent, "from", last - timedelta(days=_DAYS - 1), problems)
    if first > last:
        problems.append(_("The first day came after the last one, so the two were exchanged."))
        first, last = last, first
    if last - first > _LONGEST:
        first = last - _LONGEST
        problems.append(_("A report covers three years at most; this one begins on %s.") % written(first))
    return first, last


def day_begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def narrowed(period: Period, first: date, last: date) -> Period:
    """The days of a part of the period: those outside it do not count."""
    since, until = day_begins(first, period.zone), day_begins(last + _ONE, period.zone)
    return replace(period, since=max(since, period.since), until=min(until, period.until))


def _day(sent: Mapping[str, Any], name: str, usual: date, problems: list[str]) -> date:
    text = str(sent.get(name) or "").strip()
    if not text:
        return usual
    try:
        day = clean_date(text)
    except ValidationError:
        day = None
    if day is not None and day.year in _YEARS:
        return day
    message = _("“%(text)s” is no day such as 2026-03-31, so %(day)s was taken.")
    problems.append(message % {"text": text, "day": written(usual)})
    return usual


def _moment(raw: object) -> datetime | None:
    try:
        return clean_moment(raw)
    except ValidationError:
        return None
