"""Comparing one field of a lead with one value, for doors whose filters are operators on fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from django.db.models import Q

Operator = Literal["is", "at_least", "above", "at_most", "below", "exists"]

_LOOKUPS: Final[dict[Operator, str]] = {
    "is": "",
    "at_least": "__gte",
    "above": "__gt",
    "at_most": "__lte",
    "below": "__lt",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field` is a column, or a key of a JSON object as in "click_ids.gclid"; "" is one that no lead has."""

    field: str
    operator: Operator
    value: object


def condition_of(comparisons: Iterable[Comparison]) -> Q:
    """All of them must hold."""
    every = Q()
    for comparison in comparisons:
        every &= _condition(comparison)
    return every


def _condition(comparison: Comparison) -> Q:
    column, _dot, key = comparison.field.partition(".")
    if not column:
        return Q(pk__in=[])
    if comparison.operator == "exists":
        exists = Q(**{f"{column}__has_key": key}) if key else Q(**{f"{column}__isnull": False})
        return exists if comparison.value else ~exists
    path = f"{column}__{key}" if key else column
    return Q(**{path + _LOOKUPS[comparison.operator]: comparison.value})
