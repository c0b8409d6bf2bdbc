"""The lists of leads: filtered, in an order, a page at a time, with what their rows show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import ExpressionWrapper, F, OrderBy, QuerySet, UUIDField
from django.db.models.functions import JSONObject

from checklists.definitions import load_definitions
from leadhub.workspaces.models import User, Workspace
from leadhub.workspaces.statements import Given, Statement
from leads.models import Answer, Lead, LeadTag, Tag
from leads.queries.beside import Gathered, Nested, as_object, as_rows
from leads.queries.counts import Count
from leads.queries.filters import LeadFilter
from leads.queries.find import join_dispositions
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor
from leads.values import clean_choice

Filters = LeadFilter | Mapping[str, Any]
# The rows, and the cursors of what follows and of what comes ahead.
_Page = tuple[list[Lead], str | None, str | None]

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


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list shows: `answers` of the checklist, by code, beside the `fields` of the lead (all, if none
    is named); and how many leads there are, counted up to `most`."""

    answers: Collection[str] = ()
    fields: Collection[str] = ()
    most: int = 0


ALL: Final = Shown()


@dataclass(slots=True)
class ListedLead:
    """`lead` comes with disposition and assignee joined; `answers` are those that are shown, by code."""

    lead: Lead
    tags: list[Tag] = field(default_factory=list)
    answers: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListPage:
    """`next` asks for what follows, None on the last page; `previous` for what comes ahead; `count` is of all
    pages, where it was asked for."""

    rows: list[ListedLead]
    next: str | None
    previous: str | None = None
    count: Count = Count(0, False)


@dataclass(frozen=True, slots=True)
class NumberedPage:
    rows: list[ListedLead]
    total: int
    page: int
    limit: int

    @property
    def pages(self) -> int:
        return ceil(self.total / self.limit)


def list_leads(
    workspace: Workspace,
    filters: Filters,
    *,
    order: str = NEWEST,
    after: str | None = None,
    limit: int = 50,
    tests: bool | None = False,
    shown: Shown = ALL,
) -> ListPage:
    """A page of the leads that the filters pick, behind a cursor or, if it says so, ahead of it."""
    order = clean_choice(order, ORDERS)
    every = leads_of(workspace, filters, tests=tests)
    rows = every.only(*shown.fields) if shown.fields else every.defer(*UNSEEN)
    mark = read_cursor(after, order, both_ways=True) if after else None
    turn = _page_ahead if mark is not None and mark.ahead else _page_behind
    leads, following, preceding = turn(rows, order, mark, limit)
    listed, count = _with_sides(workspace, leads, shown, every)
    return ListPage(listed, following, preceding, count)


def list_one(workspace: Workspace, lead: Lead, shown: Shown = ALL) -> ListedLead:
    """One lead as a row of a list."""
    return _with_sides(workspace, [lead], shown)[0][0]


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
    rows = rows.defer(*UNSEEN).order_by(*map(_sorted, order))
    found = list(rows[start : start + limit]) if start < total else []
    return NumberedPage(_with_sides(workspace, found, ALL)[0], total, page, limit)


def count_leads(
    workspace: Workspace,
    filters: Filters,
    *,
    tests: bool | None = False,
    cap: int = 10_000,
) -> Count:
    """How many there are; beyond `cap` they are not counted."""
    return Count.up_to(cap, _newest_first(leads_of(workspace, filters, tests=tests))[: cap + 1].count())


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


def _newest_first(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    return rows.order_by(NEWEST, "-id")


def _sorted(name: str) -> str | OrderBy:
    """What a lead may lack comes last, either way and on both databases; the indexes know no such words."""
    column = name.removeprefix("-")
    if column not in _SOMETIMES:
        return name
    descending = name.startswith("-")
    return F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)


def _page_behind(rows: QuerySet[Lead], order: str, mark: Mark | None, limit: int) -> _Page:
    found = _walk(rows, order, mark, limit + 1)
    following = _mark(found[limit - 1], order) if len(found) > limit else None
    preceding = _mark(found[0], order, ahead=True) if mark is not None and found else None
    return found[:limit], following, preceding


def _page_ahead(rows: QuerySet[Lead], order: str, mark: Mark | None, limit: int) -> _Page:
    found = _walk(rows, order, mark, limit + 1, backwards=True)
    if len(found) < limit:
        # There is less ahead than a page holds: the first page is what is looked for.
        return _page_behind(rows, order, None, limit)
    has_more, found = len(found) > limit, found[:limit][::-1]
    preceding = _mark(found[0], order, ahead=True) if has_more else None
    return found, _mark(found[-1], order), preceding


def _walk(
    rows: QuerySet[Lead], order: str, mark: Mark | None, count: int, *, backwards: bool = False
) -> list[Lead]:
    """So many rows from the mark on. Where the column may be empty, there are two stretches: those that have
    a value, in the order of it, and then the others, the newest first."""
    column, descending = order.removeprefix("-"), order.startswith("-")
    if column not in _SOMETIMES:
        return _step(rows, column, mark, count, descending=descending != backwards)
    having = rows.filter(**{f"{column}__isnull": False}), column, descending
    rest = rows.filter(**{f"{column}__isnull": True}), "created_at", True
    found: list[Lead] = []
    stretches = list(enumerate((having, rest)))
    for part, (stretch, sorted_by, falls) in reversed(stretches) if backwards else stretches:
        start = mark if mark is not None and mark.part == part else None
        is_passed = mark is not None and (part > mark.part if backwards else part < mark.part)
        if not is_passed and len(found) < count:
            found += _step(stretch, sorted_by, start, count - len(found), descending=falls != backwards)
    return found


def _step(
    rows: QuerySet[Lead], column: str, mark: Mark | None, count: int, *, descending: bool
) -> list[Lead]:
    if mark is not None:
        rows = rows.filter(behind(column, mark, descending=descending))
    sign = "-" if descending else ""
    return list(rows.order_by(f"{sign}{column}", f"{sign}id")[:count])


def _mark(lead: Lead, order: str, *, ahead: bool = False) -> str:
    at = getattr(lead, order.removeprefix("-"))
    part = 1 if at is None else 0
    return write_cursor(Mark(order, lead.created_at if at is None else at, lead.pk, part, ahead))


def _with_sides(
    workspace: Workspace, leads: list[Lead], shown: Shown, every: QuerySet[Lead] | None = None
) -> tuple[list[ListedLead], Count]:
    """What belongs to the rows, and how many leads there are in all, in one query."""
    listed = {lead.pk: ListedLead(lead) for lead in join_dispositions(workspace, leads)}
    codes = _codes(workspace, shown.answers)
    if not leads and not (shown.most and every is not None):
        return [], Count(0, False)
    found, count = _read_sides(workspace, leads, list(codes), every, shown.most)
    owners = {user.pk: user for user in as_rows(User, found["owners"])}
    for lead in leads:
        lead.assignee = owners.get(lead.assignee_id) if lead.assignee_id is not None else None
    for one, tag in zip(found["tags"], as_rows(Tag, found["tags"]), strict=True):
        listed[UUID(one["of"])].tags.append(tag)
    for row in listed.values():
        row.tags.sort(key=lambda tag: tag.normalized)
    for answer in found["answers"]:
        listed[UUID(answer["of"])].answers[codes[UUID(answer["item"])]] = answer["value"]
    return list(listed.values()), count


def _read_sides(
    workspace: Workspace, leads: list[Lead], items: list[UUID], every: QuerySet[Lead] | None, most: int
) -> tuple[dict[str, Any], Count]:
    owners = list({lead.assignee_id for lead in leads if lead.assignee_id is not None})
    keys = {"leads": [lead.pk for lead in leads], "owners": owners, "items": items}
    given = {f"{name}{place}": key for name, some in keys.items() for place, key in enumerate(some)}
    statement, number = _sides(*map(len, keys.values()), connection.vendor), 0
    if every is not None and most:
        counted = _newest_first(every)[: most + 1]
        told, number = statement.tell_and_count(counted, workspace=workspace.pk, **given)
    else:
        told = statement.tell(workspace=workspace.pk, **given)
    # None of them where the database needed not be asked.
    return {name: rows or () for name, rows in told.items()}, Count.up_to(most, number)


@lru_cache(maxsize=1024)
def _sides(leads: int, owners: int, items: int, _vendor: str) -> Statement:
    """For so many of each. Owners are not joined to the leads: that would read a few people once for each
    lead, and SQLite might begin with them and sort all their leads."""
    workspace: Any = Given("workspace", UUIDField())
    people = User.objects.filter(pk__in=_slots("owners", owners))
    mine = {"workspace": workspace, "lead_key__in": _slots("leads", leads)}
    tagged = LeadTag.objects.alias(lead_key=_key("lead_id")).filter(**mine)
    answers = Answer.objects.alias(lead_key=_key("lead_id"), item_key=_key("item_id")).filter(
        **mine, item_key__in=_slots("items", items)
    )
    told = JSONObject(of=F("lead"), item=F("item"), value=Nested("value"))
    sides = {
        "owners": Gathered(people.values(found=as_object(User))),
        "tags": Gathered(tagged.values(found=as_object(Tag, "tag__", of=F("lead")))),
        "answers": Gathered(answers.values(found=told)),
    }
    return Statement(Workspace.objects.filter(pk=workspace).values(**sides))


def _key(name: str) -> ExpressionWrapper[Any]:
    """The column alone: a relation takes no list of what is given later."""
    return ExpressionWrapper(F(name), output_field=UUIDField())


def _slots(name: str, number: int) -> list[Any]:
    return [Given(f"{name}{place}", UUIDField()) for place in range(number)]


def _codes(workspace: Workspace, columns: Collection[str]) -> dict[UUID, str]:
    if not columns:
        return {}
    definitions = load_definitions(workspace)
    return {item.id: item.code for code in columns if (item := definitions.item(code))}
