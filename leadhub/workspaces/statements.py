"""Statements that the ORM puts together once, and that are given other values each time they are run.

Putting together what a page asks takes the ORM longer than it takes the database to answer. What is short
enough to be written down as SQL goes through `rows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, QuerySet, Value


class Given(Value):
    """Stands in a query for a value that is named when the statement is run."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(name, output_field=field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class Statement:
    """A query that joins no other rows to its own. Whoever keeps it, does so by all that its text depends on,
    the kind of the database included."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        compiler = rows.query.get_compiler(connection=connection)
        self._model = rows.model
        try:
            self._sql, self._values = compiler.as_sql()
        except EmptyResultSet:
            # Its conditions can never hold, and the database needs not be asked.
            self._sql, self._values = "", ()
            return
        columns = [column for column, _sql, _alias in compiler.select]
        self._converters = list(compiler.get_converters(columns).items())
        own = (compiler.klass_info or {"select_fields": ()})["select_fields"]
        self._columns = [columns[place].target.attname for place in own]
        self._named: Mapping[str, int] = compiler.annotation_col_map or {}

    def read(self, **given: object) -> list[Any]:
        """The rows as instances, which bear what they were annotated with."""
        found = []
        for row in self._run(self._sql, self._filled(given)):
            instance = self._model.from_db(connection.alias, self._columns, row[: len(self._columns)])
            for name, place in self._named.items():
                setattr(instance, name, row[place])
            found.append(instance)
        return found

    def tell(self, **given: object) -> dict[str, Any]:
        """The one row of a query of `values`."""
        (row,) = self._run(self._sql, self._filled(given))
        return {name: row[place] for name, place in self._named.items()}

    def tell_and_count(self, rows: QuerySet[Any], **given: object) -> tuple[dict[str, Any], int]:
        """The same, and how many rows another query finds, in one round trip."""
        try:
            inner, values = rows.values("pk").query.sql_with_params()
        except EmptyResultSet:
            return self.tell(**given), 0
        # Both parts are the text of queries; what is looked for are parameters.
        sql = f"SELECT told.*, (SELECT COUNT(*) FROM ({inner}) AS counted) FROM ({self._sql}) AS told"  # noqa: S608
        (row,) = self._run(sql, [*values, *self._filled(given)])
        return {name: row[place] for name, place in self._named.items()}, row[-1]

    def _filled(self, given: Mapping[str, object]) -> list[Any]:
        return [_as_given(value, given) if isinstance(value, Given) else value for value in self._values]

    def _run(self, sql: str, values: list[Any]) -> list[list[Any]]:
        if not sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = [list(row) for row in cursor.fetchall()]
        for place, (steps, column) in self._converters:
            for row in rows:
                for step in steps:
                    row[place] = step(row[place], column, connection)
        return rows


def _as_given(slot: Given, given: Mapping[str, object]) -> Any:
    return slot.output_field.get_db_prep_value(given[slot.value], connection)
