"""What stands beside a lead in few small rows: address, profile, owner, tags, contact points, documents.

`read_beside` gathers them all in one statement that is put together once; `with_beside` lets a query of leads
bring the most of them along.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import F, Func, JSONField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from leadhub.workspaces.models import User
from leads.models import (
    Address,
    ConsentEvent,
    ContactPoint,
    DispositionChange,
    Document,
    Lead,
    LeadTag,
    Profile,
    Tag,
)

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class Beside:
    address: Address | None
    profile: Profile | None
    assignee: User | None
    disposition_change: DispositionChange | None
    tags: list[Tag]
    contact_points: list[ContactPoint]
    documents: list[Document]
    consents: list[ConsentEvent] = default(default_factory=list)


# Each section with its model and where its rows are found.
_ONE: dict[str, tuple[type[Model], str]] = {
    "address": (Address, "{t} WHERE t.lead_id = %s"),
    "profile": (Profile, "{t} WHERE t.lead_id = %s"),
    "assignee": (User, "{t} WHERE t.id = %s"),
    "disposition_change": (DispositionChange, "{t} WHERE t.id = %s"),
}
_OF_LEAD = "WHERE {owner}.workspace_id = %s AND {owner}.lead_id = %s"
_MANY: dict[str, tuple[type[Model], str]] = {
    "tags": (Tag, "leads_leadtag AS u JOIN {t} ON t.id = u.tag_id " + _OF_LEAD.format(owner="u")),
    "contact_points": (ContactPoint, "{t} " + _OF_LEAD.format(owner="t")),
    "documents": (Document, "{t} " + _OF_LEAD.format(owner="t") + " AND t.deleted_at IS NULL"),
}


# What the page for people shows as well.
_FURTHER: dict[str, tuple[type[Model], str]] = {
    "consents": (ConsentEvent, "{t} " + _OF_LEAD.format(owner="t")),
}


def read_beside(lead: Lead, *, with_consents: bool = False) -> Beside:
    """All of it, in one query."""
    of_lead = [lead.workspace_id, lead.pk]
    many = {**_MANY, **(_FURTHER if with_consents else {})}
    ids = [lead.pk, lead.pk, lead.assignee_id, lead.disposition_change_id, *of_lead * len(many)]
    native = connection.features.has_native_uuid_field
    with connection.cursor() as cursor:
        cursor.execute(
            _sql(connection.vendor, with_consents), [key if native or key is None else key.hex for key in ids]
        )
        cells = cursor.fetchone()
    found: dict[str, Any] = {}
    for (name, (model, _rows)), cell in zip([*_ONE.items(), *many.items()], cells, strict=True):
        told = None if cell is None else json.loads(cell)
        if name in many:
            found[name] = as_rows(model, told or ())
        else:
            found[name] = None if told is None else as_rows(model, [told])[0]
    beside = Beside(**found)
    beside.tags.sort(key=lambda tag: tag.normalized)
    beside.contact_points.sort(key=_age)
    beside.documents.sort(key=_age)
    beside.consents.sort(key=_age, reverse=True)
    return beside


class Gathered(Subquery):
    """The rows of a subquery, each one JSON object, as one list: no round trip of their own."""

    output_field = JSONField()
    template = "(SELECT COALESCE(JSONB_AGG(one.found), '[]') FROM (%(subquery)s) AS one)"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        template = "(SELECT JSON_GROUP_ARRAY(JSON(one.found)) FROM (%(subquery)s) AS one)"
        return self.as_sql(compiler, connection, template=template)  # type: ignore[call-arg]


class Nested(Func):
    """A JSON column within a JSON object: SQLite keeps it as text, and would tell it as such."""

    template = "%(expressions)s"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="JSON(%(expressions)s)", **extra)


def with_beside(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """The leads with their sections, tags and contact points."""
    tagged = LeadTag.objects.filter(workspace=OuterRef("workspace"), lead=OuterRef("pk"))
    points = ContactPoint.objects.filter(workspace=OuterRef("workspace"), lead=OuterRef("pk"))
    return rows.select_related("address", "profile", "disposition_change", "assignee").annotate(
        gathered_tags=Gathered(tagged.values(found=as_object(Tag, "tag__"))),
        gathered_points=Gathered(points.values(found=as_object(ContactPoint))),
    )


def tags_of(lead: Lead) -> list[Tag]:
    """The tags of a lead that was read by `with_beside`, by name."""
    return sorted(as_rows(Tag, getattr(lead, "gathered_tags", ())), key=lambda tag: tag.normalized)


def contact_points_of(lead: Lead) -> list[ContactPoint]:
    """The contact points of a lead that was read by `with_beside`, oldest first."""
    return sorted(as_rows(ContactPoint, getattr(lead, "gathered_points", ())), key=_age)


def _age(row: ContactPoint | Document | ConsentEvent) -> tuple[datetime, Any]:
    return row.created_at, row.pk


def as_object(model: type[Model], path: str = "", **further: F) -> JSONObject:
    """A row as JSON, out of which `as_rows` makes an instance again."""
    columns = {field.attname: F(path + field.attname) for field in model._meta.concrete_fields}
    return JSONObject(**columns, **further)


@cache
def _sql(vendor: str, with_consents: bool) -> str:
    """Table and column names only; what is looked for are parameters."""
    every = "json_agg({row})" if vendor == "postgresql" else "json_group_array({row})"
    parts = [_part(model, rows, "{row}", vendor) for model, rows in _ONE.values()]
    parts += [_part(model, rows, every, vendor) for model, rows in _MANY.values()]
    if with_consents:
        parts += [_part(model, rows, every, vendor) for model, rows in _FURTHER.values()]
    return "SELECT " + ", ".join(parts)


def _part(model: type[Model], rows: str, shape: str, vendor: str) -> str:
    is_postgres = vendor == "postgresql"
    pairs = []
    for field in model._meta.concrete_fields:
        column = f"t.{connection.ops.quote_name(str(field.column))}"
        if isinstance(field, models.JSONField) and not is_postgres:
            column = f"json({column})"
        elif isinstance(field, models.DecimalField) and is_postgres:
            column = f"{column}::text"
        pairs.append(f"'{field.attname}', {column}")
    row = f"{'json_build_object' if is_postgres else 'json_object'}({', '.join(pairs)})"
    table = f"{connection.ops.quote_name(model._meta.db_table)} AS t"
    cast = "::text" if is_postgres else ""
    return f"(SELECT {shape.format(row=row)}{cast} FROM {rows.format(t=table)})"  # noqa: S608


def as_rows(model: type[M], found: Iterable[Mapping[str, Any]]) -> list[M]:
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    return [
        model.from_db(connection.alias, names, [_value(field, row[field.attname]) for field in fields])
        for row in found
    ]


def _value(field: Any, raw: Any) -> Any:
    """As the database's own driver would have given it."""
    value = field.to_python(raw)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)  # SQLite keeps no zone; all times are UTC
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-field.decimal_places))
    return value
