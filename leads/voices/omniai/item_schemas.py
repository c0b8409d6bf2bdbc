"""Answers about checklist items and documents, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.models import AnswerStatus
from leads.voices.omniai.schema_parts import (
    FILE_KEYS,
    FLAG,
    FREE,
    ID,
    LINK,
    MOMENT,
    NUMBER,
    TEXT,
    Schema,
    list_of,
    object_of,
    or_null,
)

_ANY: Final = {"description": "Of the type that the item asks for."}
_VALIDATION_KEYS: Final[Mapping[str, Any]] = {
    "overallValid": {"type": ["boolean", "null"]},
    "validationResult": or_null(FREE),
}
_ITEM_DOCUMENT: Final = object_of(
    "OmniAIItemDocument",
    {**FILE_KEYS, "signedUrl": LINK, "metadata": or_null(FREE), **_VALIDATION_KEYS},
)
_RULES: Final = {
    "type": ["array", "object"],
    "description": "Sentences that a document must satisfy, or the bounds of a value.",
}
_DEFINITION_KEYS: Final[Mapping[str, Any]] = {
    "id": ID,
    "code": TEXT,
    "label": TEXT,
    "fieldType": TEXT,
    "isRequired": FLAG,
    "conditions": or_null(FREE),
}
_ITEM_KEYS: Final[Mapping[str, Any]] = {
    "id": ID,
    "checklistItemId": ID,
    "value": _ANY,
    "status": {"type": "string", "enum": list(AnswerStatus.values)},
    "itemOverride": or_null(FREE),
}
_ITEM_FILES: Final[Mapping[str, Any]] = {"documents": list_of(_ITEM_DOCUMENT)}


def _group(title: str, item: Schema) -> Schema:
    return object_of(title, {"id": ID, "name": TEXT, "conditions": or_null(FREE), "items": list_of(item)})


GROUP: Final = _group(
    "OmniAIChecklistGroup",
    object_of(
        "OmniAIChecklistItem",
        {
            **_ITEM_KEYS,
            "checklistItem": object_of("OmniAIItemDefinition", _DEFINITION_KEYS, {"validationRules": _RULES}),
        },
        _ITEM_FILES,
    ),
)
CHECKLIST: Final = list_of(
    _group(
        "OmniAIChecklistGroupAtLength",
        object_of(
            "OmniAIChecklistItemAtLength",
            {
                **_ITEM_KEYS,
                "alternateValues": {"type": ["array", "null"]},
                "validationError": or_null(TEXT),
                "checklistItem": object_of(
                    "OmniAIItemDefinitionAtLength",
                    {
                        **_DEFINITION_KEYS,
                        "validationRules": {**_RULES, "type": ["array", "object", "null"]},
                        "helpText": or_null(TEXT),
                        "clientInstructions": or_null(TEXT),
                    },
                ),
            },
            _ITEM_FILES,
        ),
    )
)

DOCUMENTS: Final = list_of(
    object_of(
        "OmniAIDocument",
        {
            **FILE_KEYS,
            "metadata": or_null(FREE),
            "signedUrl": LINK,
            "leadChecklistItemDocument": list_of(
                object_of(
                    "OmniAIDocumentOfItem",
                    {"id": ID, "leadChecklistItemId": ID, "documentId": ID, **_VALIDATION_KEYS},
                )
            ),
        },
    )
)
DOCUMENT: Final = object_of(
    "OmniAISingleDocument",
    {
        **FILE_KEYS,
        "leadId": ID,
        "workspaceId": ID,
        "signedUrl": LINK,
        "createdAt": MOMENT,
        "updatedAt": MOMENT,
    },
    {"content": {"type": "string", "contentEncoding": "base64"}},
)

ONE_OFF_CREATED: Final = object_of(
    "OmniAIChecklistItemCreated",
    {
        "success": {"const": True},
        "checklistItem": object_of(
            "OmniAILeadChecklistItem",
            {
                "id": ID,
                "leadId": ID,
                "code": TEXT,
                "label": TEXT,
                "fieldType": TEXT,
                "isRequired": FLAG,
                "status": {"const": "TODO"},
                "agentInstructions": or_null(TEXT),
                "clientInstructions": or_null(TEXT),
                "createdAt": MOMENT,
            },
        ),
    },
)
UPLOADED: Final = object_of(
    "OmniAIUploaded",
    {
        "success": {"const": True},
        "documents": list_of(
            object_of(
                "OmniAIUploadedDocument",
                {
                    "id": ID,
                    "filename": TEXT,
                    "size": NUMBER,
                    "url": LINK,
                    "mimeType": TEXT,
                    "uploadedAt": MOMENT,
                    "associatedChecklistItemId": or_null(ID),
                    "externalId": or_null(TEXT),
                },
            )
        ),
        "actionLogId": ID,
    },
)
