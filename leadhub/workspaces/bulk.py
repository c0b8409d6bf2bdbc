"""Writes many rows of one table at once: by COPY on PostgreSQL, by one prepared statement on SQLite."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, models

Row = models.Model
Cells = Sequence[object]
Encode = Callable[[Any], Any]

_PART: Final = 200
_SPECIAL: Final = re.compile(r"[\\\t\n\r]")
_ESCAPES: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def insert_many(
    model: type[Row], constants: Mapping[str, object], names: Sequence[str], rows: Iterable[Cells]
) -> None:
    """New rows: `names` are the columns that differ, each by its attribute name, `constants` all others."""
    given = list(rows)
    if not given:
        return
    if connection.vendor == "postgresql":
        _copy(model, constants, names, given)
    else:
        _execute_many(model, constants, names, given)


def insert_all(rows: Sequence[Row]) -> None:
    """New instances of one model, with all their columns."""
    if rows:
        names = tuple(_fields(type(rows[0])))
        insert_many(type(rows[0]), {}, names, [[getattr(row, name) for name in names] for row in rows])


def update_many(model: type[Row], names: Sequence[str], rows: Iterable[Cells]) -> None:
    """Stored rows: the new values of `names`, and the key of the row last."""
    given = list(rows)
    if not given:
        return
    if connection.vendor == "postgresql":
        _update_from(model, names, given)
        return
    fields = [*(_field(model, name) for name in names), _key(model)]
    sets = ", ".join(f"{_quoted(field)} = %s" for field in fields[:-1])
    # Table and column names only; no value ever gets into this text.
    sql = f"UPDATE {_table(model)} SET {sets} WHERE {_quoted(fields[-1])} = %s"  # noqa: S608
    encode = [_for_sqlite(field) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[one(cell) for one, cell in zip(encode, row, strict=True)] for row in given])


def _copy(model: type[Row], constants: Mapping[str, object], names: Sequence[str], rows: list[Cells]) -> None:
    order = [*constants, *names]
    fields = [_field(model, name) for name in order]
    fixed = [_for_copy(field)(constants[name]) for field, name in zip(fields, constants, strict=False)]
    encode = [_for_copy(field) for field in fields[len(fixed) :]]
    head = "\t".join(fixed) + "\t" if fixed else ""
    columns = ", ".join(map(_quoted, fields))
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {_table(model)} ({columns}) FROM STDIN") as copy,
    ):
        # The server stores one part while the next is made.
        for at in range(0, len(rows), _PART):
            lines = [
                head + "\t".join([one(cell) for one, cell in zip(encode, row, strict=True)]) + "\n"
                for row in rows[at : at + _PART]
            ]
            copy.write("".join(lines).encode())


def _execute_many(
    model: type[Row], constants: Mapping[str, object], names: Sequence[str], rows: list[Cells]
) -> None:
    fields = [_field(model, name) for name in (*constants, *names)]
    fixed = [_for_sqlite(field)(value) for field, value in zip(fields, constants.values(), strict=False)]
    encode = [_for_sqlite(field) for field in fields[len(fixed) :]]
    columns, places = ", ".join(map(_quoted, fields)), ", ".join(["%s"] * len(fields))
    # Table and column names only; no value ever gets into this text.
    sql = f"INSERT INTO {_table(model)} ({columns}) VALUES ({places})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(
            sql, [fixed + [one(cell) for one, cell in zip(encode, row, strict=True)] for row in rows]
        )


def _update_from(model: type[Row], names: Sequence[str], rows: list[Cells]) -> None:
    """The new values as one JSON text, which needs no table of its own and one parameter only."""
    fields = [*(_field(model, name) for name in names), _key(model)]
    encode = [_for_json(field) for field in fields]
    told = [
        {f"c{at}": one(cell) for at, (one, cell) in enumerate(zip(encode, row, strict=True))} for row in rows
    ]
    kinds = ", ".join(f"c{at} {field.db_type(connection)}" for at, field in enumerate(fields))
    sets = ", ".join(f"{_quoted(field)} = given.c{at}" for at, field in enumerate(fields[:-1]))
    # Table and column names only; no value ever gets into this text.
    sql = (
        f"UPDATE {_table(model)} AS t SET {sets} FROM json_to_recordset(%s::json) AS given({kinds})"  # noqa: S608
        f" WHERE t.{_quoted(fields[-1])} = given.c{len(names)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [orjson.dumps(told).decode()])


def _table(model: type[Row]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _quoted(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _key(model: type[Row]) -> models.Field[Any, Any]:
    key = model._meta.pk
    assert key is not None
    return key


def _field(model: type[Row], name: str) -> models.Field[Any, Any]:
    return _fields(model)[name]


@cache
def _fields(model: type[Row]) -> dict[str, models.Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}


# What each database takes: COPY takes text, SQLite what its driver binds.


def _for_copy(field: models.Field[Any, Any]) -> Callable[[Any], str]:
    return _json_text if isinstance(field, models.JSONField) else _text


def _for_sqlite(field: models.Field[Any, Any]) -> Encode:
    if isinstance(field, models.JSONField):
        return _json_or_null
    if isinstance(field, models.DecimalField):
        return lambda value: field.get_db_prep_save(value, connection)
    return _bound


def _for_json(field: models.Field[Any, Any]) -> Encode:
    if isinstance(field, models.JSONField):
        return _as_it_is
    return _told


def _text(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return _SPECIAL.sub(_escape, value) if _SPECIAL.search(value) else value
    if value is None:
        return "\\N"
    if kind is UUID or kind is int:
        return str(value)
    if kind is bool:
        return "t" if value else "f"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _text(str(value))


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]


def _json_text(value: Any) -> str:
    """Null is the database's, as Django has it, and not JSON's."""
    if value is None:
        return "\\N"
    text = orjson.dumps(value).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text


def _json_or_null(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _bound(value: Any) -> Any:
    kind = type(value)
    if kind is str or value is None or kind is int:
        return value
    if kind is UUID:
        return value.hex
    if isinstance(value, dt.datetime):
        return str(value.astimezone(dt.UTC).replace(tzinfo=None))
    if isinstance(value, bool):
        return value
    return str(value)


def _told(value: Any) -> Any:
    kind = type(value)
    if kind is str or value is None or kind is int or kind is bool:
        return value
    return f"{value:f}" if kind is Decimal else value if isinstance(value, UUID | dt.date) else str(value)


def _as_it_is(value: Any) -> Any:
    return value
