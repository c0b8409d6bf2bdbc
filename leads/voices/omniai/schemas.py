"""Answers about a lead and its log, for the OpenAPI document: every key of every answer, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.models import AssigneeType
from leads.voices.omniai.item_schemas import DOCUMENTS, GROUP
from leads.voices.omniai.schema_parts import (
    FILE_KEYS,
    FLAG,
    FREE,
    ID,
    LINK,
    MOMENT,
    TEXT,
    list_of,
    object_of,
    or_null,
)

_LEAD_KEYS: Final[Mapping[str, Any]] = {
    "id": ID,
    "activitySummary": or_null(TEXT),
    "assigneeType": {"type": "string", "enum": list(AssigneeType.values)},
    "businessName": or_null(TEXT),
    "createdAt": MOMENT,
    "deletedAt": or_null(MOMENT),
    "didOptOut": FLAG,
    "email": or_null(TEXT),
    "emailVerifiedAt": or_null(MOMENT),
    "externalLeadId": or_null(TEXT),
    "externalPortalLink": or_null(TEXT),
    "firstName": or_null(TEXT),
    "lastName": or_null(TEXT),
    "phoneNumber": or_null({**TEXT, "examples": ["+14045550137"]}),
    "phoneVerifiedAt": or_null(MOMENT),
    "source": or_null(TEXT),
    "updatedAt": MOMENT,
    "website": or_null(TEXT),
}
_LEAD: Final = object_of("OmniAILead", _LEAD_KEYS)
_SINGLE_LEAD: Final = object_of(
    "OmniAISingleLead",
    {**_LEAD_KEYS, "isTest": FLAG, "submittedAt": or_null(MOMENT), "workspaceId": ID},
)
_STATUS: Final = {
    "type": "string",
    "enum": ["IN_PROGRESS", "COMPLETED", "REVIEW", "NOT_INTERESTED", "OPTED_OUT"],
}

_TYPES: Final = [
    "API_ACTIVITY",
    "DOCUMENT_UPLOAD",
    "FOLLOW_UP_MESSAGE",
    "MANUAL_UPDATE",
    "MESSAGE",
    "PORTAL_SUBMISSION",
    "PORTAL_UPDATE",
    "SYSTEM_NOTE",
    "TOOL_CALL",
]
_STATES: Final = ["COMPLETED", "PENDING", "CANCELLED", "AWAITING_APPROVAL", "FAILED"]
_OF_ALL: Final[Mapping[str, Any]] = {
    "id": ID,
    "type": {"type": "string", "enum": _TYPES},
    "status": {"type": "string", "enum": _STATES},
    "summary": TEXT,
    "input": or_null(FREE),
    "createdAt": MOMENT,
}
_MESSAGE: Final = object_of(
    "OmniAIMessage",
    {
        "id": ID,
        "channel": TEXT,
        "direction": {"type": "string", "enum": ["INBOUND", "OUTBOUND"]},
        "subject": or_null(TEXT),
        "body": TEXT,
        "documents": list_of(object_of("OmniAIMessageDocument", {**FILE_KEYS, "signedUrl": LINK})),
    },
)
LINE_KEYS: Final[Mapping[str, Any]] = {
    **_OF_ALL,
    "output": or_null(FREE),
    "error": or_null(TEXT),
    "parentActionId": or_null(ID),
    "scheduledAt": or_null(MOMENT),
    "completedAt": or_null(MOMENT),
    "tool": or_null(FREE),
    "messages": list_of(_MESSAGE),
}
LINE: Final = object_of("OmniAIActionLog", LINE_KEYS)
API_LINE: Final = object_of("OmniAIApiActivity", {**_OF_ALL, "type": {"const": "API_ACTIVITY"}})
LOG: Final = list_of(LINE)

_MATCH: Final = object_of(
    "OmniAIMatchingLead",
    {
        **{
            key: _LEAD_KEYS[key]
            for key in ("id", "firstName", "lastName", "email", "phoneNumber", "businessName")
        },
        "status": _STATUS,
        "createdAt": MOMENT,
    },
)
_LAST: Final = object_of("OmniAILastAction", {**LINE_KEYS, "toolCalls": list_of(LINE)})
_BESIDE: Final[Mapping[str, Any]] = {
    "actionLogs": list_of({"anyOf": [API_LINE, LINE]}, maxItems=100),
    "matchingLeads": list_of(_MATCH),
    "lastAction": or_null(_LAST),
    "nextFollowUp": or_null(LINE),
    "nextDraft": or_null(LINE),
}
BUNDLE: Final = object_of(
    "OmniAIBundle",
    {"success": {"const": True}, "lead": _LEAD, "checklistItems": list_of(GROUP), **_BESIDE},
)
WHOLE: Final = object_of(
    "OmniAIWholeLead",
    {
        "lead": _SINGLE_LEAD,
        "status": _STATUS,
        "checklistItems": list_of(GROUP),
        "documents": DOCUMENTS,
        **_BESIDE,
    },
)

ACTIVITY_CREATED: Final = object_of("OmniAIActivityCreated", {"success": {"const": True}, "actionLogId": ID})
