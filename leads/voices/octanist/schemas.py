"""Octanist's answers and the parameters of its list, for its OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.values import LIMITS
from leads.voices.octanist.envelope import CODES
from leads.voices.octanist.listing import DATES, EXISTS, FILTERED_CLICK_IDS, MOST, OPERATORS, SORTED
from leads.voices.octanist.show import NEVER_SET
from leads.voices.octanist.words import CLICK_IDS, CONSENTS, STATUS_OF, UTM
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

_STATUSES: Final = tuple(dict.fromkeys(STATUS_OF.values()))
_AMOUNT: Final[Schema] = {"type": "number", "minimum": 0}
_META: Final[Mapping[str, Any]] = {"requestId": TEXT, "timestamp": MOMENT}
_NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}


def _answer(title: str, data: Mapping[str, Any], meta: Mapping[str, Any] = _META) -> Schema:
    return object_of(title, {"success": {"const": True}, "data": data, "meta": object_of("", meta)})


def _texts(names: tuple[str, ...]) -> Mapping[str, Any]:
    return dict.fromkeys(names, or_null(TEXT))


_LEAD: Final[Mapping[str, Any]] = {
    "id": LEAD_REF,
    **_texts(("name", "email", "phone")),
    "status": one_of(*_STATUSES),
    "value": or_null(_AMOUNT),
    **_texts(("note", "custom", "lossReason", "conversionName", "source", "website", "path")),
    **_texts(CLICK_IDS),
    **_texts(UTM),
    **dict.fromkeys(CONSENTS, FLAG),
    **_texts(NEVER_SET),
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
    "qualifiedAt": or_null(MOMENT),
    "expiresAt": MOMENT,
}
# With chosen fields, a row has only those and its id.
_ROW: Final[Schema] = {**object_of("OctanistListedLead", _LEAD), "required": ["id"]}
_PAGINATION: Final = object_of(
    "OctanistPagination",
    {
        "limit": {**_NUMBER, "maximum": MOST},
        "page": _NUMBER,
        "totalPages": COUNT,
        "total": COUNT,
        "hasMore": FLAG,
    },
)

CHECKED: Final = object_of("OctanistCheckAnswer", {"success": {"const": True}})
ONE: Final = _answer("OctanistLeadAnswer", object_of("OctanistLead", _LEAD))
PAGE: Final = _answer("OctanistLeadPage", list_of(_ROW), {**_META, "pagination": _PAGINATION})
CREATED: Final = _answer("OctanistLeadCreated", object_of("", {"id": LEAD_REF, "message": TEXT}))
UPDATED: Final = _answer(
    "OctanistLeadUpdated",
    object_of("", {"leadId": LEAD_REF, "leadsUpdated": _NUMBER, "message": TEXT}),
)
FIGURES: Final = _answer(
    "OctanistStatsAnswer",
    object_of(
        "",
        {
            "usage": object_of(
                "",
                {
                    "leadsUsed": COUNT,
                    "leadsLimit": or_null(COUNT),
                    "lockedLeads": COUNT,
                    "periodStart": MOMENT,
                    "periodEnd": MOMENT,
                },
            ),
            "leads": object_of(
                "",
                {
                    "total": COUNT,
                    "byStatus": object_of("", dict.fromkeys(_STATUSES, COUNT)),
                    "bySource": {"type": "object", "additionalProperties": COUNT},
                },
            ),
            "conversion": object_of(
                "",
                {
                    "qualified": COUNT,
                    "qualificationRate": {**_AMOUNT, "maximum": 1},
                    "winRate": {**_AMOUNT, "maximum": 1},
                    "averageValue": _AMOUNT,
                    "totalValue": _AMOUNT,
                },
            ),
        },
    ),
)
ERROR: Final = object_of(
    "OctanistError",
    {
        "success": {"const": False},
        "error": object_of("", {"code": one_of(*CODES), "message": TEXT, "details": FREE}),
        "meta": object_of("", _META),
    },
)


def _filters() -> dict[str, tuple[Schema, str]]:
    found: dict[str, tuple[Schema, str]] = {
        "status": (one_of(*_STATUSES), "Exactly this status."),
        "source": ({**TEXT, "maxLength": LIMITS.source}, "Exactly this source."),
        "labelId": (TEXT, "No lead has a label here, so this finds none."),
        "website": (TEXT, "Exactly this website."),
    }
    for operator in OPERATORS:
        suffix = f"[{operator}]" if operator else ""
        found[f"value{suffix}"] = ({"type": "number"}, "Compares the value.")
        for name in DATES:
            found[f"{name}{suffix}"] = (TEXT, "Compares a moment; a day alone is the whole day in UTC.")
    for name in (*DATES, *FILTERED_CLICK_IDS):
        found[f"{name}[{EXISTS}]"] = (FLAG, "Whether there is one.")
    for name in FILTERED_CLICK_IDS:
        found[name] = (TEXT, "Exactly this click id.")
    for name in UTM:
        found[name] = ({**TEXT, "maxLength": LIMITS.line}, "Exactly this word.")
    return found


QUERY: Final[dict[str, tuple[Schema, str]]] = {
    "limit": (_NUMBER, f"50 by default; more than {MOST} is {MOST}."),
    "page": (_NUMBER, "1 by default."),
    "sort": (TEXT, f"`field:asc` or `field:desc`, several with commas. Fields: {', '.join(SORTED)}."),
    "search": ({**TEXT, "maxLength": 200}, "A part of name, email or phone."),
    "fields": (TEXT, "The fields to show, with commas; the id is always there."),
    **_filters(),
}
