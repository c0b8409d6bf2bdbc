"""What the schemas of answers are put together from, for every dialect's OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
FREE: Final[Schema] = {"type": "object", "additionalProperties": True}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time", "examples": ["2026-03-31T10:00:00.000Z"]}
LEAD_REF: Final[Schema] = {
    "type": "string",
    "pattern": "^lead_[0-9a-f]{32}$",
    "examples": ["lead_019cc5b2a5d07a4f8d2f6c1b3e5a7c90"],
}


def object_of(title: str, keys: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Schema:
    """An object with exactly these keys. Its title is its name in the document; "" keeps it in its place."""
    found: Schema = {
        "type": "object",
        "properties": {**keys, **(optional or {})},
        "required": list(keys),
        "additionalProperties": False,
    }
    return {"title": title, **found} if title else found


def list_of(items: Mapping[str, Any]) -> Schema:
    return {"type": "array", "items": items}


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def or_null(schema: Mapping[str, Any]) -> Schema:
    if isinstance(schema.get("type"), str) and "title" not in schema and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
