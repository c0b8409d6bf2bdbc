"""How many rows there are, counted up to a bound beyond which nobody reads the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import IntegerField, QuerySet, Subquery

from leadhub.workspaces.models import Workspace


class Count(NamedTuple):
    """`is_more`: there are more, and nobody counted how many."""

    number: int
    is_more: bool

    @classmethod
    def up_to(cls, most: int, number: int) -> Count:
        return cls(min(number, most), number > most)


class Counted(Subquery):
    """As a column of another query: how many rows there are, and one more than `most` if that is not all."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    # Where a condition can never hold, which the database is then not asked.
    empty_result_set_value = 0

    def __init__(self, rows: QuerySet[Any], most: int) -> None:
        super().__init__(rows.values("pk")[: most + 1])


def count_each(workspace: Workspace, rows: Mapping[str, QuerySet[Any]], most: int) -> dict[str, Count]:
    """How many each of them has, all in one query."""
    numbers = counting(workspace, rows, most).get()
    return {name: Count.up_to(most, numbers[name]) for name in rows}


def counting(workspace: Workspace, rows: Mapping[str, QuerySet[Any]], most: int) -> QuerySet[Any]:
    """The query of one row that counts them."""
    counted = {name: Counted(found, most) for name, found in rows.items()}
    return Workspace.objects.filter(pk=workspace.pk).values(**counted)
