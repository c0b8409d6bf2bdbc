"""What stands in a file, as a database takes it: without what none takes, a NUL or half a character."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leads.timeline import plain


def storable(value: Any) -> Any:
    match value:
        case str():
            return storable_text(value)
        case Mapping():
            return {storable_text(str(key)): storable(item) for key, item in value.items()}
        case list() | tuple():
            return [storable(item) for item in value]
        case bool() | None:
            return value
        case int() | float():
            return value if -(2**63) <= value < 2**63 else str(value)
    return str(plain(value))


def storable_text(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")
