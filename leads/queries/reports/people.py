"""Who a number is about: their names, told in the query that counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from leadhub.workspaces.models import User

# What people are called by; whatever else is wanted of one of them would be looked up.
_NAMES: Final = ("id", "email", "full_name")
# Joined to the few numbers and not to the many rows, so that those can be counted in parallel.
_JOINED: Final = f"""
SELECT {", ".join(f"people.{name}" for name in _NAMES)}, told.*
FROM ({{counted}}) AS told LEFT JOIN {User._meta.db_table} AS people ON people.id = told.person
"""  # noqa: S608 (nothing but names of our own)


def with_people(counted: QuerySet[Any, Any]) -> Iterator[tuple[User | None, list[Any]]]:
    """Each row with who its column `person` is: None for nobody, and for somebody who is no more. The row's
    values are as the database has them."""
    sql, params = counted.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_JOINED.format(counted=sql), params)
        found = cursor.fetchall()
    for row in found:
        yield _person(row[: len(_NAMES)]), list(row[len(_NAMES) :])


def _person(told: tuple[Any, ...]) -> User | None:
    key, *names = told
    if key is None:
        return None
    # SQLite has ids as texts.
    return User.from_db(connection.alias, _NAMES, [User._meta.pk.to_python(key), *names])
