"""How the checklists of a period's leads stand, and what is overdue right now, by owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Count, F, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Cast

from checklists.definitions import load_definitions
from leadhub.workspaces.models import User
from leads.models import Answer, Lead
from leads.queries.find import live_leads
from leads.queries.reports.people import with_people
from leads.queries.reports.period import Period, both, cohort

# Overdue for less than the first, up to the second, or longer.
AGES: Final = (timedelta(days=1), timedelta(days=7))
_DONE: Final = "COMPLETED"


@dataclass(frozen=True, slots=True)
class Asked:
    code: str
    label: str
    group: str
    done: int


@dataclass(frozen=True, slots=True)
class Completion:
    """How many leads came and are complete, in the period and in the one before."""

    leads: int
    complete: int
    leads_before: int
    complete_before: int
    items: list[Asked]


@dataclass(frozen=True, slots=True)
class Overdue:
    """`owner` is None for the leads that nobody has; `ages` follow AGES."""

    owner: User | None
    ages: tuple[int, ...]


def load_completion(period: Period, before: Period) -> Completion:
    """Of the period's leads: how many are complete, and for each item how many have it. One query."""
    told, done = (0, 0, 0, 0), dict[UUID, int]()
    for item, *counts in _stand(period, before).union(_have(period), all=True):
        if item is None:
            told = tuple(counts)
        else:
            done[item] = counts[0]
    items = [
        Asked(item.code, str(item.label), group.name, done.get(item.id, 0))
        for group in load_definitions(period.workspace).groups
        for item in group.items
    ]
    return Completion(*told, items=items)


def _stand(period: Period, before: Period) -> QuerySet[Any, Any]:
    """One row without an item: the numbers of leads as Completion has them."""
    now, complete = period.within("created_at"), Q(completed_at__isnull=False)
    then = before.within("created_at")
    rows = both(period, before).values_list(Value(None, UUIDField()))
    counts = (now, now & complete, then, then & complete)
    return rows.annotate(**{f"n_{place}": Count("pk", filter=which) for place, which in enumerate(counts)})


def _have(period: Period) -> QuerySet[Any, Any]:
    """For each item how many of the leads have it, in as many columns."""
    rows = cohort(period)
    answers = Answer.objects.filter(workspace=period.workspace, lead__in=rows, status=_DONE).order_by()
    # Ids go up with time, so an index has these answers side by side, however many others there are. Sorted
    # as texts, or the planner would look for the first and last of them among all leads.
    text = Cast("pk", CharField())
    first, last = (Subquery(rows.order_by(order).values("pk")[:1]) for order in (text.asc(), text.desc()))
    answers = answers.filter(lead_id__gte=first, lead_id__lte=last)
    nothing = {f"none_{place}": Value(0) for place in range(3)}
    return answers.values_list("item").annotate(number=Count("pk"), **nothing)


def leads_with_item(code: str, period: Period) -> QuerySet[Lead]:
    item = load_definitions(period.workspace).item(code)
    answers = Answer.objects.filter(workspace=period.workspace, item=item.id if item else None, status=_DONE)
    return cohort(period).filter(pk__in=answers.values("lead"))


def complete_leads(period: Period) -> QuerySet[Lead]:
    return cohort(period).filter(completed_at__isnull=False)


def overdue_leads(
    period: Period, at: datetime, age: int | None = None, *, nobodys: bool = False
) -> QuerySet[Lead]:
    """Right now, whenever they came: the period says nothing about them."""
    rows = live_leads(period.workspace).filter(archived_at=None, next_action_at__lt=at).order_by()
    if nobodys:
        rows = rows.filter(assignee=None)
    elif period.owner is not None:
        rows = rows.filter(assignee=period.owner)
    if period.source is not None:
        rows = rows.filter(source=period.source)
    return rows if age is None else rows.filter(_of_age(age, at))


def load_overdue(period: Period, at: datetime) -> list[Overdue]:
    """The longest list first. One query."""
    counts = {f"age_{age}": Count("pk", filter=_of_age(age, at)) for age in range(len(AGES) + 1)}
    rows = overdue_leads(period, at).annotate(person=F("assignee")).values_list("person")
    found = [Overdue(owner, tuple(ages)) for owner, (_key, *ages) in with_people(rows.annotate(**counts))]
    return sorted(found, key=lambda row: (-sum(row.ages), str(row.owner or "")))


def _of_age(age: int, at: datetime) -> Q:
    since = Q() if age == 0 else Q(next_action_at__lte=at - AGES[age - 1])
    return since if age == len(AGES) else since & Q(next_action_at__gt=at - AGES[age])
