"""How far the leads that came in a period got: by the week or month they came, and by their source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Case, Count, DateTimeField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import Lead, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.reports.period import Period, both, cohort

# Longer periods are told by the month.
_WEEKS: Final = timedelta(days=93)
STEPS: Final[Mapping[str, str | Promise]] = {
    "came": _("Came"),
    "tried": _("Tried"),
    "reached": _("Reached"),
    "qualified": _("Qualified"),
    "won": _("Won"),
}


@dataclass(frozen=True, slots=True)
class Cohort:
    """`key` is the first day of a week or month, or a source; `value` is what is won."""

    key: date | str
    numbers: Mapping[str, int]
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Funnel:
    """`before`: how many came to each step in the period before."""

    cohorts: list[Cohort]
    before: Mapping[str, int]


def step(name: str, period: Period) -> Q:
    """What makes a lead count at a step. A lead that is won counts as qualified, whoever skipped that."""
    won = Q(disposition__in=load_catalogue(period.workspace).of_stages(frozenset({Stage.WON})))
    return {
        "came": Q(),
        "tried": Q(attempts__gt=0),
        "reached": Q(first_response_at__isnull=False),
        "qualified": Q(qualified_at__isnull=False) | won,
        "won": won,
    }[name]


def leads_at(name: str, period: Period) -> QuerySet[Lead]:
    """The leads that a number counts."""
    return cohort(period).filter(step(name, period))


def is_weekly(period: Period) -> bool:
    return period.until - period.since <= _WEEKS


def load_funnel(period: Period, before: Period) -> Funnel:
    """By the week or month they came, and those of the period before all together. One query."""
    trunc = TruncWeek if is_weekly(period) else TruncMonth
    begins = When(period.within("created_at"), then=trunc("created_at", tzinfo=period.zone))
    rows = both(period, before).annotate(begins=Case(begins, default=Value(None, DateTimeField())))
    found = list(rows.values("begins").annotate(**_counts(period)).order_by("begins"))
    cohorts = [Cohort(row["begins"].date(), _numbers(row)) for row in found if row["begins"]]
    earlier = (_numbers(row) for row in found if not row["begins"])
    return Funnel(cohorts, next(earlier, dict.fromkeys(STEPS, 0)))


def load_sources(period: Period, before: Period) -> tuple[list[Cohort], list[Cohort]]:
    """Those of the period and those of the one before; the one that brought most comes first. One query."""
    rows = both(period, before).annotate(
        is_now=Case(When(period.within("created_at"), then=True), default=False)
    )
    worth = Sum("value", filter=step("won", period))
    found = list(rows.values("source", "is_now").annotate(**_counts(period), worth=worth))
    return _by_source(found, is_now=True), _by_source(found, is_now=False)


def _by_source(found: Iterable[Mapping[str, Any]], *, is_now: bool) -> list[Cohort]:
    rows = [row for row in found if row["is_now"] is is_now]
    cohorts = [Cohort(row["source"], _numbers(row), row["worth"] or Decimal(0)) for row in rows]
    return sorted(cohorts, key=lambda row: (-row.numbers["came"], row.key))


def _counts(period: Period) -> dict[str, Count]:
    return {f"n_{name}": Count("pk", filter=step(name, period) or None) for name in STEPS}


def _numbers(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[f"n_{name}"] for name in STEPS}
