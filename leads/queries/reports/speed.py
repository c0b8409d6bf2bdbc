"""How soon a lead is called, and reached: median, 90th percentile, bands; those who still wait apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import (
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.models import Action, ActionKind, ActionStatus, Lead
from leads.queries.reports.period import Period, cohort
from leads.queries.reports.worked import Worked

# From the first on, up to and without the next; the last one has no end.
BANDS: Final = (timedelta(0), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
KINDS: Final[Mapping[str, str | Promise]] = {"called": _("First call"), "reached": _("First contact")}
# Median and 90th percentile in tenths, so that a place among the times is a whole number and a rest.
_SHARES: Final = (5, 9)
_TENTHS: Final = 10
_MICROSECOND: Final = timedelta(microseconds=1)
# For each share the places of the two times that it lies between.
_PLACES: Final = [f"(done - 1) * {share} / {_TENTHS} + {step}" for share in _SHARES for step in (1, 2)]
_BELOW: Final = [f"below_{place}" for place in range(1, len(BANDS))]
# A lead is looked at once for both kinds, and only what happened is put in order.
_TOLD: Final = f"""
WITH told (number, {", ".join(KINDS)}) AS ({{told}}),
timed (kind, number, took) AS (
    {" UNION ALL ".join(f"SELECT {place}, number, {kind} FROM told" for place, kind in enumerate(KINDS))}),
counted AS (
    SELECT kind, number, count(*) AS came, count(took) AS done,
        {", ".join(f"count(CASE WHEN took < %s THEN 1 END) AS {name}" for name in _BELOW)}
    FROM timed GROUP BY kind, number),
ranked AS (
    SELECT kind, number, took, row_number() OVER (PARTITION BY kind, number ORDER BY took) AS place
    FROM timed WHERE took IS NOT NULL)
SELECT counted.kind, counted.number, came, done,
    {", ".join(f"max(CASE WHEN place = {place} THEN took END)" for place in _PLACES)}, {", ".join(_BELOW)}
FROM counted LEFT JOIN ranked
    ON ranked.kind = counted.kind AND ranked.number = counted.number AND place IN ({", ".join(_PLACES)})
GROUP BY counted.kind, counted.number, came, done, {", ".join(_BELOW)}
"""  # noqa: S608 (nothing but numbers and names of our own)


@dataclass(frozen=True, slots=True)
class Speed:
    """`bands` follow BANDS. `waiting`: it has not happened yet; so no slow team looks fast."""

    kind: str
    median: timedelta | None
    ninetieth: timedelta | None
    bands: tuple[int, ...]
    waiting: int

    @property
    def done(self) -> int:
        return sum(self.bands)


def load_speed(*periods: Period) -> list[list[Speed]]:
    """For each period, each kind; one query for all of them."""
    parts = [_times(period, number) for number, period in enumerate(periods)]
    told, given = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    params: list[Any] = [*given, *map(_stored, BANDS[1:])]
    with connection.cursor() as cursor:
        cursor.execute(_TOLD.format(told=told), params)
        found = {(kind, number): row for kind, number, *row in cursor.fetchall()}
    nobody = (0, 0, *[None] * len(_PLACES), *[0] * len(_BELOW))
    return [
        [_speed(kind, found.get((place, number), nobody)) for place, kind in enumerate(KINDS)]
        for number in range(len(periods))
    ]


def leads_in_band(kind: str, band: int | None, period: Period) -> QuerySet[Lead]:
    """The leads that a number counts; no band: those who wait."""
    return _timed(kind, period).filter(_in_band(band))


def _timed(kind: str, period: Period) -> QuerySet[Any]:
    timed: QuerySet[Any] = cohort(period).annotate(took=_took(kind, period))
    return timed


def _times(period: Period, number: int) -> QuerySet[Any, Any]:
    which = Value(number, output_field=IntegerField())
    took = {kind: _took(kind, period) for kind in KINDS}
    named: QuerySet[Any, Any] = cohort(period).annotate(number=which, **took)
    return named.values_list("number", *KINDS)


def _took(kind: str, period: Period) -> Combinable:
    """By the clock on the wall, or by the hours of the workspace if the period goes by them."""
    calls = Action.objects.filter(
        workspace=OuterRef("workspace"),
        lead=OuterRef("pk"),
        kind=ActionKind.CALL,
        status=ActionStatus.COMPLETED,
        user__isnull=False,
    ).exclude(outcome="")
    first = Subquery(calls.order_by("completed_at").values("completed_at")[:1])
    happened = first if kind == "called" else F("first_response_at")
    if period.spans is None:
        return ExpressionWrapper(happened - F("created_at"), output_field=DurationField())
    return Worked(F("created_at"), happened, spans=period.spans)


def _in_band(band: int | None) -> Q:
    """What happened before the lead was stored, as imports tell it, happened at once."""
    if band is None:
        return Q(took__isnull=True)
    low = Q(took__isnull=False)
    if band > 0:
        low = Q(took__gte=Value(BANDS[band], output_field=DurationField()))
    if band + 1 == len(BANDS):
        return low
    return low & Q(took__lt=Value(BANDS[band + 1], output_field=DurationField()))


def _speed(kind: str, row: Sequence[Any]) -> Speed:
    came, done, *rest = row
    times, below = rest[: len(_PLACES)], rest[len(_PLACES) :]
    median, ninetieth = (
        _between(_read(times[2 * place]), _read(times[2 * place + 1]), (done - 1) * share % _TENTHS)
        for place, share in enumerate(_SHARES)
    )
    edges = [0, *below, done]
    bands = tuple(high - low for low, high in zip(edges, edges[1:], strict=False))
    return Speed(kind, median, ninetieth, bands, came - done)


def _between(low: timedelta | None, high: timedelta | None, rest: int) -> timedelta | None:
    if low is None or high is None or not rest:
        return low
    return low + (high - low) * rest / _TENTHS


def _stored(length: timedelta) -> timedelta | int:
    """SQLite keeps a duration as microseconds."""
    return length if connection.features.has_native_duration_field else length // _MICROSECOND


def _read(told: timedelta | int | None) -> timedelta | None:
    return told * _MICROSECOND if isinstance(told, int) else told
