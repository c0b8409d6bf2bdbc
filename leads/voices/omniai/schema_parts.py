"""What the schemas of OmniAI's answers are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final = {"type": "string"}
ID: Final = {"type": "string", "format": "uuid"}
MOMENT: Final = {"type": "string", "format": "date-time", "examples": ["2026-06-02T09:00:00.000Z"]}
LINK: Final = {"type": "string", "format": "uri", "description": "Works for an hour, without a key."}
FLAG: Final = {"type": "boolean"}
NUMBER: Final = {"type": "integer", "minimum": 0}
FREE: Final = {"type": "object", "additionalProperties": True}


def object_of(title: str, keys: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> Schema:
    return {
        "title": title,
        "type": "object",
        "properties": {**keys, **(optional or {})},
        "required": list(keys),
        "additionalProperties": False,
    }


def list_of(items: Mapping[str, Any], **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def or_null(schema: Mapping[str, Any]) -> Schema:
    if isinstance(schema.get("type"), str) and "title" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


FILE_KEYS: Final[Mapping[str, Any]] = {"id": ID, "filename": TEXT, "mimeType": TEXT, "size": NUMBER}
ERROR: Final = object_of(
    "OmniAIError",
    {
        "success": {"const": False},
        "error": {**TEXT, "examples": ["email: Enter an email address such as ada@example.com."]},
        "code": {**TEXT, "examples": ["invalid_email"]},
        "details": list_of(
            object_of("OmniAIErrorDetail", {"field": TEXT, "code": TEXT, "message": TEXT}),
        ),
    },
)
