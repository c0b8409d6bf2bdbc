"""How far the leads that came in a period got: by the week or month they came, and by their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth, TruncWeek
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import Lead, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.reports.period import Period, cohort

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


def load_funnel(period: Period) -> list[Cohort]:
    trunc = TruncWeek if is_weekly(period) else TruncMonth
    rows = cohort(period).annotate(begins=trunc("created_at", tzinfo=period.zone)).values("begins")
    found = rows.annotate(**_counts(period)).order_by("begins")
    return [Cohort(row["begins"].date(), _numbers(row)) for row in found]


def count_steps(period: Period) -> dict[str, int]:
    """All of the period together."""
    return _numbers(cohort(period).aggregate(**_counts(period)))


def load_sources(period: Period) -> list[Cohort]:
    """The one that brought most comes first."""
    won = step("won", period)
    rows = cohort(period).values("source").annotate(**_counts(period), worth=Sum("value", filter=won))
    found = [Cohort(row["source"], _numbers(row), row["worth"] or Decimal(0)) for row in rows]
    return sorted(found, key=lambda row: (-row.numbers["came"], row.key))


def _counts(period: Period) -> dict[str, Count]:
    return {f"n_{name}": Count("pk", filter=step(name, period) or None) for name in STEPS}


def _numbers(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: row[f"n_{name}"] for name in STEPS}
