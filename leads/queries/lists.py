"""The lists of leads: filtered, in an order, a page at a time, with what their rows show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import F, OrderBy, QuerySet

from checklists.definitions import load_definitions
from leadhub.workspaces.models import Workspace
from leads.models import Answer, Lead, LeadTag, Tag
from leads.queries.filters import LeadFilter
from leads.queries.find import join_dispositions, join_owners
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor
from leads.values import clean_choice

Filters = LeadFilter | Mapping[str, Any]

# Each follows an index. Leads without a next action come last, the newest first.
ORDERS: Final = (
    "-created_at",
    "created_at",
    "-updated_at",
    "updated_at",
    "next_action_at",
    "-next_action_at",
)
NEWEST: Final = "-created_at"
_SOMETIMES: Final = frozenset({"next_action_at", "qualified_at", "value"})
# No list shows these, and they may be long.
UNSEEN: Final = ("field_sources", "search_text", "absorbed")


@dataclass(slots=True)
class ListedLead:
    """`lead` comes with disposition and assignee joined; `answers` are those of the columns, by code."""

    lead: Lead
    tags: list[Tag] = field(default_factory=list)
    answers: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListPage:
    """`next` asks for what follows; None on the last page."""

    rows: list[ListedLead]
    next: str | None


@dataclass(frozen=True, slots=True)
class NumberedPage:
    rows: list[ListedLead]
    total: int
    page: int
    limit: int

    @property
    def pages(self) -> int:
        return ceil(self.total / self.limit)


class Count(NamedTuple):
    """`is_more`: there are more, and nobody counted how many."""

    number: int
    is_more: bool


def list_leads(
    workspace: Workspace,
    filters: Filters,
    *,
    order: str = NEWEST,
    after: str | None = None,
    limit: int = 50,
    tests: bool | None = False,
    columns: Collection[str] = (),
) -> ListPage:
    """A page of the leads that the filters pick. `columns` are codes of checklist items to show."""
    order = clean_choice(order, ORDERS)
    mark = read_cursor(after, order) if after else None
    rows = leads_of(workspace, filters, tests=tests)
    found = _walk(rows, order, mark, limit + 1)
    following = write_cursor(_mark(found[limit - 1], order)) if len(found) > limit else None
    return ListPage(_with_sides(workspace, found[:limit], columns), following)


def number_leads(
    workspace: Workspace,
    filters: Filters,
    *,
    page: int = 1,
    limit: int = 50,
    order: Sequence[str] = (NEWEST, "-id"),
    tests: bool | None = False,
) -> NumberedPage:
    """A page by its number with the exact total, as two dialects promise them; a deep page is slow."""
    rows = leads_of(workspace, filters, tests=tests)
    start = (page - 1) * limit
    total = rows.count()
    found = list(_shown(rows).order_by(*map(_sorted, order))[start : start + limit]) if start < total else []
    return NumberedPage(_with_sides(workspace, found, ()), total, page, limit)


def count_leads(
    workspace: Workspace,
    filters: Filters,
    *,
    tests: bool | None = False,
    cap: int = 10_000,
) -> Count:
    """How many there are; beyond `cap` they are not counted."""
    rows = leads_of(workspace, filters, tests=tests).order_by(NEWEST, "-id")
    number = rows[: cap + 1].count()
    return Count(min(number, cap), number > cap)


def leads_of(workspace: Workspace, filters: Filters, *, tests: bool | None = False) -> QuerySet[Lead]:
    """Those that the filters pick, in no order.

    A mapping with anything wrong in it is refused; a filter that the caller made, such as that of a saved
    view, is taken as far as it was understood.
    """
    if not isinstance(filters, LeadFilter):
        filters = LeadFilter(filters, workspace=workspace, tests=tests)
        filters.settle()
    rows: QuerySet[Lead] = filters.qs
    return rows


def _sorted(name: str) -> str | OrderBy:
    """What a lead may lack comes last, either way and on both databases; the indexes know no such words."""
    column = name.removeprefix("-")
    if column not in _SOMETIMES:
        return name
    descending = name.startswith("-")
    return F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)


def _walk(rows: QuerySet[Lead], order: str, mark: Mark | None, count: int) -> list[Lead]:
    column, descending = order.removeprefix("-"), order.startswith("-")
    if column not in _SOMETIMES:
        return _step(rows, column, mark, count, descending=descending)
    found: list[Lead] = []
    if mark is None or mark.part == 0:
        having = rows.filter(**{f"{column}__isnull": False})
        found = _step(having, column, mark, count, descending=descending)
        mark = None
    if len(found) < count:
        rest = rows.filter(**{f"{column}__isnull": True})
        found += _step(rest, "created_at", mark, count - len(found), descending=True)
    return found


def _step(
    rows: QuerySet[Lead], column: str, mark: Mark | None, count: int, *, descending: bool
) -> list[Lead]:
    if mark is not None:
        rows = rows.filter(behind(column, mark, descending=descending))
    sign = "-" if descending else ""
    return list(_shown(rows).order_by(f"{sign}{column}", f"{sign}id")[:count])


def _mark(lead: Lead, order: str) -> Mark:
    at = getattr(lead, order.removeprefix("-"))
    return Mark(order, lead.created_at, lead.pk, part=1) if at is None else Mark(order, at, lead.pk)


def _shown(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    return rows.defer(*UNSEEN)


def _with_sides(workspace: Workspace, leads: list[Lead], columns: Collection[str]) -> list[ListedLead]:
    """One query for the owners of the page, one for its tags, one for its answers if it has such columns."""
    join_owners(leads)
    listed = {lead.pk: ListedLead(lead) for lead in join_dispositions(workspace, leads)}
    tagged = LeadTag.objects.filter(workspace=workspace, lead__in=list(listed)).select_related("tag")
    for row in tagged.order_by("tag__normalized"):
        listed[row.lead_id].tags.append(row.tag)
    codes = _codes(workspace, columns)
    if codes:
        answers = Answer.objects.filter(workspace=workspace, lead__in=list(listed), item__in=list(codes))
        for lead_id, item_id, value in answers.values_list("lead", "item", "value"):
            listed[lead_id].answers[codes[item_id]] = value
    return list(listed.values())


def _codes(workspace: Workspace, columns: Collection[str]) -> dict[UUID, str]:
    if not columns:
        return {}
    definitions = load_definitions(workspace)
    return {item.id: item.code for code in columns if (item := definitions.item(code))}
