"""Octanist's figures: the period that is meant, and what its leads come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from leads import values
from leads.errors import Malformed
from leads.queries.tally import Tally
from leads.validation.problems import Problems
from leads.values import format_moment, plain_number
from leads.voices.octanist.read import is_sent
from leads.voices.octanist.words import STATUS_OF
from leads.voices.shape import Null, Part, Shape

_PERIODS: Final = ("current", "previous", "custom")
_DAY: Final = timedelta(days=1)
_MOMENT: Final = timedelta(milliseconds=1)
_CENT: Final = Decimal("0.01")

STATS: Final = Shape(
    "OctanistStats",
    (
        Part("period", null=Null.LEAVE, blank=Null.LEAVE, schema={"enum": list(_PERIODS)}),
        Part("startDate", schema={"format": "date"}),
        Part("endDate", schema={"format": "date"}),
    ),
    "startDate and endDate are needed when the period is custom.",
)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, as all times of this dialect are; `until` is the first moment after them."""

    since: datetime
    until: datetime


def read_period(body: Mapping[str, object], moment: datetime) -> Period:
    """Current and previous are calendar months."""
    word = body["period"] if is_sent(body, "period") else "current"
    if word == "custom":
        return _custom(body)
    month = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if word == "current":
        return Period(month, _month_start(month + 31 * _DAY))
    if word == "previous":
        return Period(_month_start(month - _DAY), month)
    problems = Problems()
    code = "invalid_choice" if isinstance(word, str) else "invalid_type"
    problems.add("period", code, _("Send current, previous or custom."), word, list(_PERIODS))
    raise Malformed(problems.found)


def _month_start(moment: datetime) -> datetime:
    return moment.replace(day=1)


def _custom(body: Mapping[str, object]) -> Period:
    problems = Problems()
    days = [_day(body, name, problems) for name in ("startDate", "endDate")]
    first, last = days
    if first and last and last < first:
        message = _("The last day lies before the first one; swap them.")
        problems.add("endDate", "too_early", message, body["endDate"])
    if problems.found or first is None or last is None:
        raise Malformed(problems.found)
    return Period(first, last + _DAY)


def _day(body: Mapping[str, object], name: str, problems: Problems) -> datetime | None:
    raw = body.get(name)
    if not is_sent(body, name):
        problems.add(name, "required", _("Send the first and the last day of a custom period."))
        return None
    return problems.attempt(name, raw, lambda: values.clean_moment(f"{values.clean_date(raw)}T00:00:00Z"))


def show_stats(tallies: Iterable[Tally], period: Period) -> dict[str, Any]:
    by_status = dict.fromkeys(("open", "qualified", "won", "lost"), 0)
    by_source: dict[str, int] = {}
    worth = Decimal(0)
    for tally in tallies:
        status = STATUS_OF[tally.stage]
        by_status[status] += tally.count
        source = tally.source or "unknown"
        by_source[source] = by_source.get(source, 0) + tally.count
        if status == "won":
            worth += tally.value
    total, won = sum(by_status.values()), by_status["won"]
    qualified = by_status["qualified"] + won
    return {
        "usage": {
            "leadsUsed": total,
            "leadsLimit": None,
            "lockedLeads": 0,
            "periodStart": format_moment(period.since),
            "periodEnd": format_moment(period.until - _MOMENT),
        },
        "leads": {"total": total, "byStatus": by_status, "bySource": by_source},
        "conversion": {
            "qualified": qualified,
            "qualificationRate": _rate(total - by_status["open"], total),
            "winRate": _rate(won, qualified),
            "averageValue": plain_number((worth / won).quantize(_CENT)) if won else 0,
            "totalValue": plain_number(worth),
        },
    }


def _rate(part: int, whole: int) -> float:
    """A fraction; nothing of nothing is none."""
    return round(part / whole, 4) if whole else 0
