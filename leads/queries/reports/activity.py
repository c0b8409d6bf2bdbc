"""Who worked what, by agent and day: seven measures, each of them rows of the timeline."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import User
from leads.models import KEPT_WITHIN, Action, ActionKind, ActionStatus, DispositionChange, Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.reports.people import with_people
from leads.queries.reports.period import Period

_MESSAGES: Final = (ActionKind.MESSAGE, ActionKind.EMAIL, ActionKind.SMS)
_BY_HAND: Final = (ActionKind.CALL, ActionKind.EMAIL, ActionKind.SMS, ActionKind.TASK)


@dataclass(frozen=True, slots=True)
class Source:
    """Rows read once for all the measures that they have a part in. `who` and `at` are the columns that say
    whose a row is, and of which moment; `measures` say which of the rows count."""

    rows: Callable[[Period, datetime], QuerySet[Any]]
    who: str
    at: str
    measures: Mapping[str, Callable[[Period], Q]]


@dataclass(frozen=True, slots=True)
class Day:
    """What one agent did on one day, or on all of them, by the names of the measures."""

    user: User
    day: date | None
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Activity:
    """`before`: what everybody together did in the period before."""

    days: list[Day]
    before: Mapping[str, int]


def _of_leads(period: Period, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of real leads; what was done for one that was merged since was done all the same. The few that
    are not are looked up, and not every lead that there was something to do for."""
    uncounted = Lead.objects.filter(Q(is_test=True) | Q(deleted_at__isnull=False), workspace=period.workspace)
    rows = rows.filter(~Exists(uncounted.filter(pk=OuterRef("lead"))), workspace=period.workspace)
    return rows if period.source is None else rows.filter(lead__source=period.source)


def _done(period: Period, at: datetime) -> QuerySet[Action]:
    rows = Action.objects.filter(status=ActionStatus.COMPLETED, kind__in=[ActionKind.CALL, *_MESSAGES])
    return rows.exclude(user=None)


def _attempts(period: Period) -> Q:
    """A call that was made has an outcome; one that was only planned, and done by it, has none."""
    return Q(kind=ActionKind.CALL) & ~Q(outcome="")


def _connects(period: Period) -> Q:
    known = load_catalogue(period.workspace).call_outcomes.values()
    return _attempts(period) & Q(outcome__in=[row.slug for row in known if row.reaches])


def _first_calls(period: Period, at: datetime) -> QuerySet[Action]:
    """Calls before which the lead had none. By themselves, so that the database may compare whole sets."""
    earlier = Action.objects.filter(
        workspace=OuterRef("workspace"),
        lead=OuterRef("lead"),
        kind=ActionKind.CALL,
        status=ActionStatus.COMPLETED,
        completed_at__lt=OuterRef("completed_at"),
    ).exclude(outcome="")
    return _done(period, at).filter(_attempts(period), ~Exists(earlier))


def _outcomes(period: Period, at: datetime) -> QuerySet[DispositionChange]:
    return DispositionChange.objects.filter(change_source="User").exclude(changed_by=None)


# Whoever missed it, if it changed hands after that time was over; else whose it is.
_CHARGED: Final = Case(
    When(missed_at=F("scheduled_at"), then=F("missed_by")), default=F("assignee"), output_field=UUIDField()
)


def _due(period: Period, at: datetime) -> QuerySet[Action]:
    """What was planned for somebody and has had its time; a call that was logged was not planned."""
    rows = Action.objects.filter(kind__in=_BY_HAND, scheduled_at__lte=at - KEPT_WITHIN)
    rows = rows.filter(status__in=[ActionStatus.PENDING, ActionStatus.COMPLETED])
    # As the index has it; who is charged is among the two.
    rows = rows.filter(Q(assignee__isnull=False) | Q(missed_by__isnull=False))
    rows = rows.exclude(kind=ActionKind.CALL, status=ActionStatus.COMPLETED, outcome__gt="")
    return rows.annotate(charged=_CHARGED).exclude(charged=None)


def _every(period: Period) -> Q:
    return Q(pk__isnull=False)


_KEPT: Final = Q(status=ActionStatus.COMPLETED, completed_at__lte=F("scheduled_at") + KEPT_WITHIN)
_MISSED: Final = Q(status=ActionStatus.PENDING) | Q(completed_at__gt=F("scheduled_at") + KEPT_WITHIN)
_SOURCES: Final = (
    Source(
        _done,
        "user",
        "completed_at",
        {
            "attempts": _attempts,
            "connects": _connects,
            "messages": lambda period: Q(kind__in=_MESSAGES),
        },
    ),
    Source(_first_calls, "user", "completed_at", {"first_touches": _every}),
    Source(_outcomes, "changed_by", "changed_at", {"outcomes": _every}),
    Source(_due, "charged", "scheduled_at", {"kept": lambda period: _KEPT, "missed": lambda period: _MISSED}),
)
_BY_MEASURE: Final = {name: source for source in _SOURCES for name in source.measures}
_WIDEST: Final = max(len(source.measures) for source in _SOURCES)
MEASURES: Final[Mapping[str, str | Promise]] = {
    "attempts": _("Calls made"),
    "connects": _("Calls that reached somebody"),
    "first_touches": _("First calls of a lead"),
    "messages": _("Messages"),
    "outcomes": _("Statuses set"),
    "kept": _("Follow-ups kept"),
    "missed": _("Follow-ups missed"),
}


def rows_of(name: str, period: Period, at: datetime) -> tuple[QuerySet[Any], str]:
    """The rows that a number counts, and the column with their time; the period says whose and when."""
    source = _BY_MEASURE[name]
    rows = _of_period(source, period, at).filter(period.within(source.at))
    return rows.filter(source.measures[name](period)), source.at


def _of_period(source: Source, period: Period, at: datetime) -> QuerySet[Any]:
    rows = _of_leads(period, source.rows(period, at))
    return rows if period.owner is None else rows.filter(**{source.who: period.owner})


def load_activity(period: Period, before: Period, at: datetime, *, by_day: bool) -> Activity:
    """The newest day first, by name within it. One query for all the counts."""
    parts = [_counted(number, period, before, at, by_day) for number in range(len(_SOURCES))]
    found = defaultdict[tuple[date | None, User], Counter[str]](Counter)
    earlier = Counter[str]()
    for who, (number, _key, day, is_earlier, *counts) in with_people(parts[0].union(*parts[1:], all=True)):
        numbers = {
            name: count for name, count in zip(_SOURCES[number].measures, counts, strict=False) if count
        }
        if is_earlier:
            earlier.update(numbers)
        elif numbers and who:
            # SQLite has days as texts.
            found[date.fromisoformat(day) if isinstance(day, str) else day, who].update(numbers)
    days = [Day(who, day, numbers) for (day, who), numbers in found.items()]
    return Activity(sorted(days, key=_place), earlier)


def _place(row: Day) -> tuple[int, str, UUID]:
    return -row.day.toordinal() if row.day else 0, str(row.user).casefold(), row.user.pk


def _counted(number: int, period: Period, before: Period, at: datetime, by_day: bool) -> QuerySet[Any, Any]:
    """Of the period by person and, if asked so, by day; and of the period before."""
    source = _SOURCES[number]
    column, never = source.at, Value(None, output_field=DateField())
    rows = _of_period(source, replace(period, since=before.since), at)
    rows = rows.filter(replace(period, since=before.since).within(column))
    rows = rows.filter(before.within(column) | period.within(column)).order_by()
    day = Case(When(period.within(column), then=TruncDate(column, tzinfo=period.zone)), default=never)
    named = rows.annotate(
        source=Value(number, output_field=IntegerField()),
        person=F(source.who),
        day=day if by_day else never,
        earlier=Case(When(before.within(column), then=Value(True)), default=Value(False)),
    )
    counts = {
        f"n_{place}": Count("pk", filter=which(period))
        for place, which in enumerate(source.measures.values())
    }
    nothing = Value(0, output_field=IntegerField())
    counted = named.values("source", "person", "day", "earlier").annotate(**counts)
    padded: QuerySet[Any, Any] = counted.annotate(
        **{f"n_{place}": nothing for place in range(len(counts), _WIDEST)}
    )
    columns = [f"n_{place}" for place in range(_WIDEST)]
    return padded.values_list("source", "person", "day", "earlier", *columns)
