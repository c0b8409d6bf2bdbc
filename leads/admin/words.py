"""What templates cannot say by themselves: a value by its key, and JSON values in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.utils.translation import gettext as _

register = template.Library()

_UNTOLD: Final = frozenset({"/disposition/change", "note"})


@register.filter
def of(values: Mapping[Any, Any], key: object) -> Any:
    return values.get(key)


@register.filter
def shown(value: object) -> str:
    """A JSON value as a person reads it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if isinstance(value, Mapping):
        return ", ".join(shown(part) for part in value.values() if part not in (None, ""))
    return str(value)


@register.filter
def told(changes: Mapping[str, list[Any]]) -> list[tuple[str, str, str]]:
    """(name, old, new) of each difference that a person would ask about."""
    return [
        (path.strip("/").replace("/", " › ").replace("_", " "), shown(change[0]), shown(change[1]))
        for path, change in changes.items()
        if path not in _UNTOLD
    ]
