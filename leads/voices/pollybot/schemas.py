"""PollyBot's answers, for its OpenAPI document."""

from __future__ import annotations

from typing import Final

from leads.voices.pollybot.listing import MOST
from leads.voices.pollybot.refusals import LABELS
from leads.voices.pollybot.words import STAGE_OF
from leads.voices.schema import (
    COUNT,
    FLAG,
    FREE,
    LEAD_REF,
    MOMENT,
    TEXT,
    Schema,
    list_of,
    object_of,
    one_of,
    or_null,
)

_SUCCESS: Final[Schema] = {"const": True}
_STATUS: Final = one_of(*STAGE_OF)
_LISTED: Final[Schema] = {
    "id": LEAD_REF,
    "name": or_null(TEXT),
    "email": or_null(TEXT),
    "phone": or_null(TEXT),
    "source": or_null(TEXT),
    "status": _STATUS,
    "metadata": FREE,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
_WORKSPACE_REF: Final[Schema] = {"type": "string", "pattern": "^ws_[0-9a-f]{32}$"}
_PAGINATION: Final = object_of(
    "PollyBotPagination",
    {
        "page": {"type": "integer", "minimum": 1},
        "limit": {"type": "integer", "minimum": 1, "maximum": MOST},
        "total": COUNT,
        "totalPages": COUNT,
        "hasNext": FLAG,
        "hasPrev": FLAG,
    },
)

ONE: Final = object_of(
    "PollyBotLeadAnswer",
    {
        "success": _SUCCESS,
        "data": object_of("PollyBotLead", {**_LISTED, "workspaceId": _WORKSPACE_REF}),
    },
)
PAGE: Final = object_of(
    "PollyBotLeadPage",
    {
        "success": _SUCCESS,
        "data": object_of(
            "", {"leads": list_of(object_of("PollyBotListedLead", _LISTED)), "pagination": _PAGINATION}
        ),
    },
)
DELETED: Final = object_of(
    "PollyBotLeadDeleted",
    {
        "success": _SUCCESS,
        "message": TEXT,
        "data": object_of("", {"id": LEAD_REF, "deletedAt": MOMENT}),
    },
)
_DETAILS: Final[Schema] = {
    "type": "object",
    "properties": {
        "field": {**TEXT, "description": "The first field that is wrong, in the order of the page."},
        "value": {"description": "What was sent there."},
        "message": TEXT,
        "email": TEXT,
        "existingLeadId": LEAD_REF,
        "leadId": TEXT,
    },
    "required": ["message"],
    "additionalProperties": False,
}
ERROR: Final = object_of(
    "PollyBotError",
    {
        "success": {"const": False},
        "error": {**TEXT, "examples": ["Validation failed"]},
        "code": one_of(*sorted(LABELS)),
        "details": _DETAILS,
        "timestamp": MOMENT,
        "requestId": TEXT,
    },
    {"retryAfter": COUNT},
)
QUERY: Final[dict[str, tuple[Schema, str]]] = {
    "page": ({"type": "integer", "minimum": 1}, "1 by default."),
    "limit": ({"type": "integer", "minimum": 1}, f"10 by default; more than {MOST} is {MOST}."),
    "status": (_STATUS, "lost also finds leads that are invalid or duplicates."),
    "source": ({**TEXT, "maxLength": 50}, "Exactly this source."),
    "search": ({**TEXT, "maxLength": 200}, "A part of the name or the email."),
}
_SHARE: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$"}
RATE_HEADERS: Final[dict[str, Schema]] = {
    "X-RateLimit-Limit": {"description": "Requests of a key in 60 minutes.", "schema": _SHARE},
    "X-RateLimit-Remaining": {"description": "How many are left.", "schema": _SHARE},
    "X-RateLimit-Used": {"description": "How many were made.", "schema": _SHARE},
    "X-RateLimit-Reset": {"description": "Unix time at which the oldest drops out.", "schema": _SHARE},
}
