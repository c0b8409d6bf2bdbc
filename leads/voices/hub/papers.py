"""Documents in the native API, and the links by which a lead is asked for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from leads.models import Document, UploadLink
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import ID, MOMENT, TEXT, WHOLE, Schema, maybe, one_of, several, thing
from leads.voices.hub.sheet import Sheet, sheet_of

Link = Callable[[Document], str]

DOCUMENT: Final = thing(
    "Document",
    {
        "id": ID,
        "lead_id": ID,
        "item_id": maybe(ID),
        "filename": TEXT,
        "mime_type": TEXT,
        "size": WHOLE,
        "digest": {**TEXT, "description": "SHA-256 of the bytes, in hexadecimal."},
        "external_id": maybe(TEXT),
        "url": {**TEXT, "description": "Opens for an hour, without a key; a fresh one each time."},
        "created_at": MOMENT,
    },
)
DOCUMENTS: Final = thing("Documents", {"data": several(DOCUMENT)})
UPLOAD: Final[Schema] = {
    "title": "DocumentUpload",
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "minItems": 1,
            "maxItems": 10,
        },
        "item": {**TEXT, "description": "Code or id of the checklist item that asks for them."},
    },
}

REQUEST: Final = thing(
    "DocumentRequest",
    {
        "id": ID,
        "item_id": ID,
        "item": {**TEXT, "description": "The item's code."},
        "message": maybe(TEXT),
        "state": one_of(("open", "expired", "withdrawn")),
        "files": {**WHOLE, "description": "How many came by it."},
        "created_at": MOMENT,
        "expires_at": MOMENT,
        "withdrawn_at": maybe(MOMENT),
        "last_used_at": maybe(MOMENT),
    },
)
REQUESTS: Final = thing("DocumentRequests", {"data": several(REQUEST)})
NEW_REQUEST: Final = thing(
    "NewDocumentRequest",
    {**REQUEST["properties"], "url": {**TEXT, "description": "The page for the lead; told this once."}},
)
REQUEST_SENT: Final[Schema] = {
    "title": "DocumentRequestWanted",
    "type": "object",
    "required": ["item"],
    "properties": {
        "item": {**TEXT, "description": "Code or id of a checklist item that takes documents."},
        "days": {"type": "integer", "minimum": 1, "maximum": 90, "default": 14},
        "message": {**maybe(TEXT), "maxLength": 500, "description": "Stands on the page."},
    },
    "additionalProperties": False,
    "examples": [{"item": "bank_statement", "days": 7}],
}


def show_document(document: Document, link: Link) -> dict[str, Any]:
    return {
        "id": str(document.pk),
        "lead_id": str(document.lead_id),
        "item_id": _id(document.item_id),
        "filename": document.filename,
        "mime_type": document.mime_type,
        "size": document.size,
        "digest": document.digest,
        "external_id": document.external_id or None,
        "url": link(document),
        "created_at": show_moment(document.created_at),
    }


def show_documents(documents: Iterable[Document], link: Link) -> dict[str, Any]:
    return {"data": [show_document(document, link) for document in documents]}


def show_request(row: UploadLink, moment: datetime) -> dict[str, Any]:
    state = "withdrawn" if row.revoked_at else "open" if row.expires_at > moment else "expired"
    return {
        "id": str(row.pk),
        "item_id": str(row.item_id),
        "item": row.item.code,
        "message": row.message or None,
        "state": state,
        "files": row.files,
        "created_at": show_moment(row.created_at),
        "expires_at": show_moment(row.expires_at),
        "withdrawn_at": row.revoked_at and show_moment(row.revoked_at),
        "last_used_at": row.used_at and show_moment(row.used_at),
    }


def read_request(body: Mapping[str, object]) -> Mapping[str, object]:
    """What was sent of `item`, `days` and `message`; their rules are the writer's."""
    sheet: Sheet = sheet_of(body, "item", "days", "message")
    sheet.require("item")
    sheet.problems.settle()
    return {**sheet.sent, "message": sheet.sent.get("message") or ""}


def _id(key: UUID | None) -> str | None:
    return None if key is None else str(key)
