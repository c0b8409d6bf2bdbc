"""Reads and writes rows with SQL that is put together once, for the few statements every request needs.

Building a wide SELECT or UPDATE costs the ORM several times what the database takes to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from django.db import connection, models

Row = models.Model
Converter = tuple[int, list[Callable[..., Any]], Any]


def read_rows(kinds: Sequence[type[Row]], tail: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Each row found, as one instance per kind; None for the outer side of a join that met nothing.

    The kinds are called t0, t1... in `tail`, which begins with FROM; `{t0}` stands for the table itself.
    """
    sql, width, converters = _select(tuple(kinds), tail, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_as_parameter(value) for value in values])
        found = cursor.fetchall()
    return [_instances(kinds, list(row), width, converters) for row in found]


def places(values: Collection[object]) -> str:
    """For as many values within an `IN ()`."""
    return ", ".join(["%s"] * len(values))


def insert_row(model: type[Row], values: Mapping[str, object]) -> None:
    """One INSERT. Give every column, each by its attribute name (`workspace_id`)."""
    sql, _adapters = _insert_into(model, tuple(values), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, adapted(model, values))


def insert_rows(rows: Sequence[Row]) -> None:
    """One INSERT for several new instances of one model, with all their columns."""
    if not rows:
        return
    model = type(rows[0])
    names = _attnames(model)
    sql, adapters = _insert_into(model, names, connection.vendor)
    places = sql[sql.rindex("(") :]
    given: list[Any] = []
    for row in rows:
        given += _given(adapters, [getattr(row, name) for name in names])
    with connection.cursor() as cursor:
        cursor.execute(sql + f", {places}" * (len(rows) - 1), given)
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def update_row(row: Row, names: Iterable[str]) -> None:
    """One UPDATE of a stored instance: the named attributes (`workspace_id`), and nothing else."""
    kept = tuple(sorted(set(names)))
    sql, adapters = _update(type(row), kept, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(sql, _given(adapters, [getattr(row, name) for name in (*kept, "pk")]))


def adapted(model: type[Row], values: Mapping[str, object]) -> list[Any]:
    """The values as the driver wants them."""
    _sql, adapters = _insert_into(model, tuple(values), connection.vendor)
    return _given(adapters, list(values.values()))


def _given(adapters: Sequence[Callable[[object], object] | None], cells: Sequence[object]) -> list[Any]:
    return [adapt(cell) if adapt else cell for adapt, cell in zip(adapters, cells, strict=True)]


def _as_parameter(value: object) -> Any:
    """An id in a condition: SQLite keeps them as text."""
    if connection.features.has_native_uuid_field or not hasattr(value, "hex"):
        return value
    return value.hex


def _instances(
    kinds: Sequence[type[Row]], row: list[Any], width: list[int], converters: list[Converter]
) -> tuple[Any, ...]:
    for place, convert, expression in converters:
        for step in convert:
            row[place] = step(row[place], expression, connection)
    found: list[Any] = []
    start = 0
    for kind, columns in zip(kinds, width, strict=True):
        cells = row[start : start + columns]
        found.append(None if cells[0] is None else kind.from_db(connection.alias, _attnames(kind), cells))
        start += columns
    return tuple(found)


@cache
def _attnames(model: type[Row]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def _select(kinds: tuple[type[Row], ...], tail: str, vendor: str) -> tuple[str, list[int], list[Converter]]:
    """Every model here has its key as the first column, which tells a row from an empty side of a join."""
    quote = connection.ops.quote_name
    columns: list[str] = []
    converters: list[Converter] = []
    for number, kind in enumerate(kinds):
        for field in kind._meta.concrete_fields:
            expression = field.get_col(kind._meta.db_table)
            steps = [
                *connection.ops.get_db_converters(expression),
                *expression.get_db_converters(connection),
            ]
            if steps:
                converters.append((len(columns), steps, expression))
            columns.append(f"t{number}.{quote(str(field.column))}")
    tables = {f"t{number}": quote(kind._meta.db_table) for number, kind in enumerate(kinds)}
    width = [len(kind._meta.concrete_fields) for kind in kinds]
    # Table and column names only; no value ever gets into this text.
    return f"SELECT {', '.join(columns)} {tail.format(**tables)}", width, converters  # noqa: S608


@cache
def _insert_into(
    model: type[Row], names: tuple[str, ...], vendor: str
) -> tuple[str, list[Callable[[object], object] | None]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(fields[name].column)) for name in names)
    places = ", ".join(["%s"] * len(names))
    # Table and column names only; no value ever gets into this text.
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    return sql, [_adapter(fields[name]) for name in names]


class Growth:
    """Tells the planner of tables that somebody fills, once there are four times as many rows.

    Otherwise it goes by an empty table, and reads all of it for each key: a server looks by itself only
    after a while, and not at all where that was switched off.
    """

    def __init__(self, first: int = 500) -> None:
        self._made, self._due = 0, first

    def add(self, rows: int) -> None:
        self._made += rows
        if self._made >= self._due:
            refresh_statistics()
            self._due = 4 * self._made


_GROWN: Final = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
AND pg_relation_size(oid) > 1.5 * relpages * current_setting('block_size')::int
"""


def refresh_statistics() -> None:
    """Of what has grown by half since it was last looked at; SQLite looks at a few rows of each index."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
            return
        cursor.execute(_GROWN)
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {table}")


@cache
def _update(
    model: type[Row], names: tuple[str, ...], vendor: str
) -> tuple[str, list[Callable[[object], object] | None]]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(fields[name].column))} = %s" for name in names)
    key = model._meta.pk
    assert key is not None
    # Table and column names only; no value ever gets into this text.
    sql = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {quote(str(key.column))} = %s"  # noqa: S608
    return sql, [*(_adapter(fields[name]) for name in names), _adapter(key)]


def _adapter(field: models.Field[object, object]) -> Callable[[object], object] | None:
    """None where the driver takes the Python value as it is."""
    plain = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)
    native = connection.features.has_native_uuid_field
    if type(field).get_prep_value in {kind.get_prep_value for kind in plain} and isinstance(field, plain):
        return None
    if native and isinstance(field, (models.UUIDField, models.DateTimeField, models.ForeignKey)):
        return None
    return lambda value: field.get_db_prep_save(value, connection)
