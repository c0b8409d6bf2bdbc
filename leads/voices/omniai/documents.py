"""Documents: the metadata that comes with an upload, and the four forms in which a document is shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from leads.errors import Malformed, Problem
from leads.models import Document
from leads.models.answer import answer_id
from leads.values import format_moment
from leads.voices.shape import Null, Part, Shape

# Where a document can be fetched from, for the next hour.
Link = Callable[[Document], str]

UPLOAD: Final = Shape(
    "OmniAIUpload",
    (
        Part("leadId", means="lead_id", required=True, null=Null.REFUSE),
        Part(
            "files",
            means="files",
            type="array",
            required=True,
            null=Null.REFUSE,
            schema={"items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": 10},
        ),
        Part("leadChecklistItemId", means="item", null=Null.REFUSE),
        Part(
            "metadata",
            means="metadata",
            null=Null.REFUSE,
            about="JSON: a list as long as files, of {externalId, name}.",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class UploadNames:
    """What an upload says of one file besides its bytes. An empty name leaves the file its own."""

    name: object = None
    external_id: object = None


def read_upload_names(raw: object, files: int) -> tuple[list[UploadNames], list[str]]:
    """One entry per file, and the keys that were ignored. Without metadata every file keeps its name."""
    if raw is None:
        return [UploadNames()] * files, []
    if not isinstance(raw, list):
        raise Malformed([Problem("metadata", "invalid_type", _("Send a JSON list as metadata."))])
    if len(raw) != files:
        words = _("Send as many entries as files: %(entries)d entries came with %(files)d files.")
        shown = {"entries": len(raw), "files": files}
        raise Malformed([Problem("metadata", "invalid_length", words % shown)])
    wrong = [index for index, entry in enumerate(raw) if not isinstance(entry, Mapping)]
    if wrong:
        words = _("Send an object with externalId and name for each file.")
        raise Malformed([Problem(f"metadata[{index}]", "invalid_type", words) for index in wrong])
    ignored = [
        f"metadata[{index}].{key}"
        for index, entry in enumerate(raw)
        for key in entry
        if key not in {"externalId", "name"}
    ]
    return [UploadNames(entry.get("name"), entry.get("externalId")) for entry in raw], ignored


def show_uploaded(documents: Iterable[Document], action_log_id: UUID, link: Link) -> dict[str, Any]:
    return {
        "success": True,
        "documents": [
            {
                "id": str(document.pk),
                "filename": document.filename,
                "size": document.size,
                "url": link(document),
                "mimeType": document.mime_type,
                "uploadedAt": format_moment(document.created_at),
                "associatedChecklistItemId": item_ref(document),
                "externalId": document.external_id or None,
            }
            for document in documents
        ],
        "actionLogId": str(action_log_id),
    }


def show_document(document: Document, link: Link) -> dict[str, Any]:
    """One document by itself."""
    return {
        "id": str(document.pk),
        "filename": document.filename,
        "mimeType": document.mime_type,
        "size": document.size,
        "leadId": str(document.lead_id),
        "workspaceId": str(document.workspace_id),
        "signedUrl": link(document),
        "createdAt": format_moment(document.created_at),
        "updatedAt": format_moment(document.updated_at),
    }


def show_documents(documents: Iterable[Document], link: Link) -> list[dict[str, Any]]:
    """All documents of a lead, each with the items it was uploaded for."""
    return [
        {
            **_file(document),
            "metadata": document.metadata,
            "signedUrl": link(document),
            "leadChecklistItemDocument": _items_of(document),
        }
        for document in documents
    ]


def show_item_document(document: Document, link: Link) -> dict[str, Any]:
    """A document as it stands under its checklist item."""
    return {
        **_file(document),
        "signedUrl": link(document),
        "metadata": document.metadata,
        **_validation(document),
    }


def show_message_document(document: Document, link: Link) -> dict[str, Any]:
    return {**_file(document), "signedUrl": link(document)}


def item_ref(document: Document) -> str | None:
    """The lead's own item, which is what their API means by a lead checklist item."""
    return None if document.item_id is None else str(answer_id(document.lead_id, document.item_id))


def by_item(documents: Iterable[Document]) -> dict[UUID | None, list[Document]]:
    found: dict[UUID | None, list[Document]] = {}
    for document in documents:
        found.setdefault(document.item_id, []).append(document)
    return found


def _file(document: Document) -> dict[str, Any]:
    return {
        "id": str(document.pk),
        "filename": document.filename,
        "mimeType": document.mime_type,
        "size": document.size,
    }


def _items_of(document: Document) -> list[dict[str, Any]]:
    if document.item_id is None:
        return []
    return [
        {
            "id": str(uuid.uuid5(document.pk, document.item_id.hex)),
            "leadChecklistItemId": item_ref(document),
            "documentId": str(document.pk),
            **_validation(document),
        }
    ]


def _validation(document: Document) -> dict[str, Any]:
    verdict = document.validation
    overall = verdict.get("overallValid") if isinstance(verdict, dict) else None
    return {"overallValid": overall, "validationResult": verdict}
