"""The words in which the native API describes what it answers: JSON Schema, strict by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
ANYTHING: Final[Schema] = {}
OBJECT: Final[Schema] = {"type": "object", "additionalProperties": True}
ID: Final[Schema] = {"type": "string", "format": "uuid"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time", "examples": ["2026-03-31T14:05:00.000Z"]}
DAY: Final[Schema] = {"type": "string", "format": "date", "examples": ["1984-05-17"]}


def maybe(schema: Schema) -> dict[str, Any]:
    """The same, or null."""
    kind = schema.get("type")
    if kind is None:
        return {"anyOf": [schema, {"type": "null"}]}
    if "title" in schema:
        return {"oneOf": [schema, {"type": "null"}]}
    kinds = [kind] if isinstance(kind, str) else list(kind)
    found = {**schema, "type": [*kinds, "null"]}
    return {**found, "enum": [*schema["enum"], None]} if "enum" in schema else found


def one_of(words: Iterable[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def several(schema: Schema, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": schema, **more}


def by_name(schema: Schema) -> dict[str, Any]:
    """An object whose keys are names that the schema cannot know."""
    return {"type": "object", "additionalProperties": schema}


def thing(title: str, properties: Mapping[str, Schema], *, optional: Iterable[str] = ()) -> dict[str, Any]:
    """An object with exactly these keys."""
    found: dict[str, Any] = {"title": title} if title else {}
    left_out = set(optional)
    return {
        **found,
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }


def page_of(title: str, schema: Schema, **more: Schema) -> dict[str, Any]:
    """A page of a list; `next` is the cursor of the following one, null on the last."""
    return thing(title, {"data": several(schema), "next": maybe(TEXT), **more})
