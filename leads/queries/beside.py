"""What hangs off a lead in few small rows, gathered by the lead's own query: its tags and contact points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import F, JSONField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from leads.models import ContactPoint, Lead, LeadTag, Tag

M = TypeVar("M", bound=Model)


class Gathered(Subquery):
    """The rows of a subquery, each one JSON object, as one list: no round trip of their own."""

    output_field = JSONField()

    template = "(SELECT COALESCE(JSONB_AGG(one.found), '[]') FROM (%(subquery)s) AS one)"

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        template = "(SELECT JSON_GROUP_ARRAY(JSON(one.found)) FROM (%(subquery)s) AS one)"
        return self.as_sql(compiler, connection, template=template)  # type: ignore[call-arg]


def with_beside(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """The leads with all that a full lead takes from its own query."""
    tagged = LeadTag.objects.filter(workspace=OuterRef("workspace"), lead=OuterRef("pk"))
    points = ContactPoint.objects.filter(workspace=OuterRef("workspace"), lead=OuterRef("pk"))
    return rows.select_related("address", "profile", "disposition_change", "assignee").annotate(
        gathered_tags=Gathered(tagged.values(found=_object(Tag, "tag__"))),
        gathered_points=Gathered(points.values(found=_object(ContactPoint))),
    )


def tags_of(lead: Lead) -> list[Tag]:
    """The tags of a lead that was read by `with_beside`, by name."""
    return sorted(_rows(Tag, getattr(lead, "gathered_tags", ())), key=lambda tag: tag.normalized)


def contact_points_of(lead: Lead) -> list[ContactPoint]:
    """The contact points of a lead that was read by `with_beside`, oldest first."""
    points = _rows(ContactPoint, getattr(lead, "gathered_points", ()))
    return sorted(points, key=lambda point: (point.created_at, point.pk))


def _object(model: type[Model], path: str = "") -> JSONObject:
    return JSONObject(**{field.attname: F(path + field.attname) for field in model._meta.concrete_fields})


def _rows(model: type[M], found: Iterable[Mapping[str, Any]]) -> list[M]:
    fields = model._meta.concrete_fields
    return [
        model.from_db(None, [field.attname for field in fields], [_value(field, row) for field in fields])
        for row in found
    ]


def _value(field: Any, row: Mapping[str, Any]) -> Any:
    value = field.to_python(row[field.attname])
    # SQLite keeps no zone; all times are UTC.
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
