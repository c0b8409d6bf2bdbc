"""Writes one row with SQL that is put together once: building it costs the ORM more than the INSERT does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.db import connection, models


def insert_row(model: type[models.Model], values: Mapping[str, object]) -> None:
    """One INSERT. Give every column, each by its attribute name (`workspace_id`)."""
    sql, _adapters = _insert_into(model, tuple(values), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, adapted(model, values))


def adapted(model: type[models.Model], values: Mapping[str, object]) -> list[Any]:
    """The values as the driver wants them."""
    _sql, adapters = _insert_into(model, tuple(values), connection.vendor)
    return [adapt(value) if adapt else value for adapt, value in zip(adapters, values.values(), strict=True)]


@cache
def _insert_into(
    model: type[models.Model], names: tuple[str, ...], vendor: str
) -> tuple[str, list[Callable[[object], object] | None]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(fields[name].column)) for name in names)
    places = ", ".join(["%s"] * len(names))
    # Table and column names only; no value ever gets into this text.
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    return sql, [_adapter(fields[name]) for name in names]


def _adapter(field: models.Field[object, object]) -> Callable[[object], object] | None:
    """None where the driver takes the Python value as it is."""
    plain = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)
    if isinstance(field, plain) or (
        connection.features.has_native_uuid_field
        and isinstance(field, (models.UUIDField, models.DateTimeField, models.ForeignKey))
    ):
        return None
    return lambda value: field.get_db_prep_save(value, connection)
