"""Periods that are asked for again and again, each a link to the report as it is asked for now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from leads.admin.pages.reports.period import Asked

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Preset:
    label: str
    query: str
    is_here: bool


def presets(asked: Asked, today: date) -> Iterator[Preset]:
    """With the same owner, source and clock. A week begins on Monday, as the calendar of ISO says."""
    for label, first, last in _periods(today):
        days = {"from": first.isoformat(), "to": last.isoformat()}
        is_here = (asked.first, asked.last) == (first, last) and asked.until is None
        kept = {name: value for name, value in asked.parameters.items() if name != "until"}
        yield Preset(label, urlencode(kept | days), is_here)


def _periods(today: date) -> list[tuple[str, date, date]]:
    month = today.replace(day=1)
    before = month - _ONE
    return [
        (_("Today"), today, today),
        (_("This week"), today - timedelta(days=today.weekday()), today),
        (_("Last 7 days"), today - timedelta(days=6), today),
        (_("Last 30 days"), today - timedelta(days=29), today),
        (_("This month"), month, today),
        (_("Last month"), before.replace(day=1), before),
    ]
