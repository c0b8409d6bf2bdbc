"""Collecting problems: rules add, nobody overwrites, and the caller hears of all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from leads.errors import Invalid, Problem
from leads.values import hint_of

T = TypeVar("T")

# Enough of a refused value to recognise it by; the whole of it stands in the request record.
_SHOWN = 200
_NAMED = 64
# How the refusals of values name what they would take, the most telling first.
_WANTED = ("choices", "limit", "high", "low", "digits", "depth", "nearest")


class Problems:
    def __init__(self, found: Iterable[Problem] = ()) -> None:
        self.found: list[Problem] = list(found)

    def add(
        self, field: str, code: str, message: str | Promise, value: object = None, expected: object = None
    ) -> None:
        self.found.append(Problem(field, code, str(message), _cut(value), expected))

    def add_unknown(self, field: str, message: str, code: object, known: Collection[str]) -> None:
        """No such code: `message` has a place for it, and what was probably meant stands behind that."""
        sentence = f"{message % str(code)[:_NAMED]} {hint_of(code, known)}"
        self.add(field, "unknown_code", sentence.rstrip(), code, list(known))

    def attempt(self, field: str, value: object, rule: Callable[[], T]) -> T | None:
        """What the rule makes of a value, or None once its refusal is noted."""
        try:
            return rule()
        except ValidationError as refusal:
            self.refuse(field, value, refusal)
            return None

    def refuse(self, field: str, value: object, refusal: ValidationError) -> None:
        for error in refusal.error_list:
            message = error.message % error.params if error.params else error.message
            self.add(field, error.code or "invalid", message, value, _expected(error.params or {}))

    def settle(self) -> None:
        if self.found:
            raise Invalid(self.found)


def _expected(params: Mapping[str, object]) -> object:
    """What a rule would have taken: its choices, its limit, or what was probably meant."""
    return next((params[name] for name in _WANTED if params.get(name)), None)


def _cut(value: object) -> object:
    return value[:_SHOWN] if isinstance(value, str) else value
