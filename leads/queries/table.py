"""Leads as a table: compared and sorted by any of its columns, and paged by the last row seen.

The lists of `lists` follow an index each. Here a caller names the columns, and pays for those without one.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import (
    BooleanField,
    Expression,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    OrderBy,
    Q,
    QuerySet,
    Value,
)
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.errors import Invalid, Problem
from leads.models import Lead, LeadTag, Tag
from leads.queries.filters import LeadFilter
from leads.queries.find import join_dispositions
from leads.queries.keyset import Mark, behind
from leads.timeline import plain
from leads.values import clean_boolean, clean_integer, clean_moment, clean_number, clean_text

Kind = Literal["text", "moment", "number", "integer", "boolean", "id"]
_LONGEST_CURSOR: Final = 8000
_LONGEST_TEXT: Final = 4096


class MetadataNumber(Func):
    """A number of the free metadata; whatever else stands there is none."""

    output_field = FloatField()

    def __init__(self, key: str) -> None:
        super().__init__(F("metadata"), Value(key))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        return self._sql(
            compiler,
            "CASE WHEN JSON_TYPE({0}, '$.' || {1}) IN ('integer', 'real')"
            " THEN JSON_EXTRACT({0}, '$.' || {1}) END",
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        return self._sql(
            compiler,
            "CASE WHEN JSONB_TYPEOF({0} -> {1}) = 'number' THEN ({0} ->> {1})::double precision END",
        )

    def _sql(self, compiler: Any, template: str) -> tuple[str, Any]:
        (column, params), (key, key_params) = map(compiler.compile, self.source_expressions)
        return f"({template.format(column, key)})", [*params, *key_params] * 2


@dataclass(frozen=True, slots=True)
class Column:
    """`expression` is what is compared; a column that may be null is sorted last, either way."""

    expression: F | Expression
    kind: Kind
    nullable: bool = False


def column(name: str, kind: Kind, *, nullable: bool = False) -> Column:
    return Column(F(name), kind, nullable)


IS_ARCHIVED: Final = Column(
    ExpressionWrapper(Q(archived_at__isnull=False), output_field=BooleanField()), "boolean"
)
_MOMENTS_WITH_INDEX: Final = frozenset({"created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Sorting:
    column: Column
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """`lookup` is exact, gt, gte, lt, lte, icontains or isnull."""

    column: Column
    lookup: str
    value: object


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """`filters` are those of LeadFilter; all of `tests` must hold, and one of `either` if there are any."""

    filters: Mapping[str, Any]
    tests: Sequence[Test] = ()
    either: Sequence[Test] = ()
    order: Sequence[Sorting] = (Sorting(column("created_at", "moment"), descending=True),)
    after: object = None
    limit: int = 25
    counts: bool = False


@dataclass(slots=True)
class TableRow:
    """`lead` comes with its disposition and the current change of it."""

    lead: Lead
    tags: list[Tag] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TablePage:
    rows: list[TableRow]
    next: str | None
    total: int | None


def load_table(workspace: Workspace, asked: TableQuestion, *, tests: bool | None = False) -> TablePage:
    filters = LeadFilter(asked.filters, workspace=workspace, tests=tests)
    filters.settle()
    rows: QuerySet[Lead] = filters.qs
    for number, test in enumerate(asked.tests):
        rows = _tested(rows, [test], f"test_{number}")
    if asked.either:
        rows = _tested(rows, asked.either, "either")
    total = rows.count() if asked.counts else None
    rows = _sorted(rows, asked.order)
    if asked.after is not None:
        rows = _behind(rows, asked.order, *_read_cursor(asked.after, asked.order))
    # No row shows these, and they may be long.
    shown = rows.select_related("disposition_change").defer("field_sources", "search_text", "absorbed")
    found = list(shown[: asked.limit + 1])
    is_more = len(found) > asked.limit
    following = _write_cursor(found[asked.limit - 1], asked.order) if is_more else None
    return TablePage(_with_tags(workspace, found[: asked.limit]), following, total)


def _tested(rows: QuerySet[Lead], tests: Sequence[Test], alias: str) -> QuerySet[Lead]:
    """Those for which one of the tests holds."""
    one = Q()
    for number, test in enumerate(tests):
        rows = rows.alias(**{f"{alias}_{number}": test.column.expression})
        one |= Q(**{f"{alias}_{number}__{test.lookup}": test.value})
    return rows.filter(one)


def _sorted(rows: QuerySet[Lead], order: Sequence[Sorting]) -> QuerySet[Lead]:
    rows = rows.annotate(**{f"sort_{number}": one.column.expression for number, one in enumerate(order)})
    names = [_order_by(f"sort_{number}", one) for number, one in enumerate(order)]
    return rows.order_by(*names, "-id" if order[-1].descending else "id")


def _order_by(name: str, sorting: Sorting) -> OrderBy:
    nulls_last = True if sorting.column.nullable else None
    return F(name).desc(nulls_last=nulls_last) if sorting.descending else F(name).asc(nulls_last=nulls_last)


def _behind(
    rows: QuerySet[Lead], order: Sequence[Sorting], values: Sequence[object], row_id: UUID
) -> QuerySet[Lead]:
    """Behind the mark in the first column; or level with it there, and behind it in the next."""
    last = order[-1]
    expression = last.column.expression
    if len(order) == 1 and isinstance(expression, F) and expression.name in _MOMENTS_WITH_INDEX:
        assert isinstance(values[0], datetime), "the cursor was read by the column's kind"
        mark = Mark("", values[0], row_id)
        return rows.filter(behind(expression.name, mark, descending=last.descending))
    further, level = Q(pk__in=[]), Q()
    for number, (sorting, value) in enumerate(zip(order, values, strict=True)):
        further |= level & _past(f"sort_{number}", sorting, value)
        same = {f"sort_{number}__isnull": True} if value is None else {f"sort_{number}": value}
        level &= Q(**same)
    return rows.filter(further | (level & Q(**{"pk__lt" if last.descending else "pk__gt": row_id})))


def _past(name: str, sorting: Sorting, value: object) -> Q:
    if value is None:
        return Q(pk__in=[])
    past = Q(**{f"{name}__{'lt' if sorting.descending else 'gt'}": value})
    return past | Q(**{f"{name}__isnull": True}) if sorting.column.nullable else past


def _write_cursor(lead: Lead, order: Sequence[Sorting]) -> str:
    values = [plain(getattr(lead, f"sort_{number}")) for number in range(len(order))]
    text = json.dumps([_signature(order), values, str(lead.pk)], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _signature(order: Sequence[Sorting]) -> list[str]:
    """A cursor of another order would point anywhere."""
    return [f"{'-' if one.descending else ''}{one.column.expression!r}" for one in order]


def _read_cursor(raw: object, order: Sequence[Sorting]) -> tuple[list[object], UUID]:
    try:
        if not isinstance(raw, str) or len(raw) > _LONGEST_CURSOR:
            raise ValueError(raw)
        signature, values, lead_id = json.loads(urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
        row_id = parse_id(lead_id)
        if signature != _signature(order) or row_id is None:
            raise ValueError(raw)
        return [_read(value, one.column) for value, one in zip(values, order, strict=True)], row_id
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError):
        message = _("This cursor is not one of this list; start again from its first page.")
        raise Invalid([Problem("after", "invalid_cursor", message)]) from None


def _read(raw: object, sorted_by: Column) -> object:
    if raw is None:
        if not sorted_by.nullable:
            raise ValueError(raw)
        return None
    match sorted_by.kind:
        case "moment":
            return clean_moment(raw)
        case "number":
            return float(clean_number(raw))
        case "integer":
            return clean_integer(raw)
        case "boolean":
            return clean_boolean(raw)
        case "id":
            return parse_id(raw) or UUID(int=0)
    return clean_text(raw, _LONGEST_TEXT, multiline=True)


def _with_tags(workspace: Workspace, leads: list[Lead]) -> list[TableRow]:
    rows = {lead.pk: TableRow(lead) for lead in join_dispositions(workspace, leads)}
    tagged = LeadTag.objects.filter(workspace=workspace, lead__in=list(rows)).select_related("tag")
    for row in tagged.order_by("tag__normalized"):
        rows[row.lead_id].tags.append(row.tag)
    return list(rows.values())
