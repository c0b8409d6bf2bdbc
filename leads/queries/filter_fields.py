"""The form fields of the lead filter. Each has one rule, and the house's codes when it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_filters import Filter

_EMPTY: tuple[object, ...] = (None, "", [], ())


class Partly(ValidationError):
    """Some of several values mean nothing here; `kept` is what the others mean."""

    def __init__(self, message: str, code: str, params: dict[str, object], kept: object) -> None:
        super().__init__(message, code, params)
        self.kept = kept


class RuleField(forms.Field):
    """One value, and the rule that cleans it. The empty value is the default."""

    def __init__(self, *, rule: Callable[[Any], object], default: object = None, **options: Any) -> None:
        super().__init__(**options)
        self.rule = rule
        self.default = default

    def clean(self, value: Any) -> Any:
        return self.default if value in _EMPTY else self.rule(value)


class _Several(forms.TextInput):
    """A parameter that may be repeated, or be a list."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[object]:
        values: Any = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        several: Iterable[object] = values if isinstance(values, list | tuple | set) else [values]
        return [value for value in several if value not in _EMPTY]


class SeveralField(RuleField):
    """A list of values, and the rule that cleans it as a whole. `missing` says which of them mean nothing."""

    widget = _Several
    missing: Partly | None = None

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except Partly as refusal:
            if not refusal.kept:
                raise
            self.missing = refusal
            return refusal.kept


class One(Filter):  # type: ignore[misc]
    field_class = RuleField


class Several(Filter):  # type: ignore[misc]
    field_class = SeveralField
