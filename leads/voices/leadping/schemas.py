"""Leadping's answers, under the names its own document gives them, for its OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.validation.fields import CATEGORIES, CHANGE_SOURCES, EMPLOYMENT_TYPES, GENDERS, MARITAL_STATUSES
from leads.voices.leadping.contact import ADDRESS_PARTS
from leads.voices.leadping.intake import INTAKE
from leads.voices.leadping.metadata import NUMBERS, TEXTS
from leads.voices.leadping.table import LARGEST_PAGE, TONES
from leads.voices.leadping.words import CARRIER_TYPES, LINE_TYPES, UNKNOWN
from leads.voices.schema import COUNT, FLAG, MOMENT, TEXT, Schema, list_of, object_of, one_of, or_null

_ID: Final[Schema] = {"type": "string", "format": "uuid"}
_NUMBER: Final[Schema] = {"type": "number"}
_WHOLE: Final[Schema] = {"type": "integer"}
_REASON: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 9}
_DAY: Final[Schema] = {"type": "string", "format": "date", "examples": ["1990-02-03"]}


def _maybe(schema: Mapping[str, Any], *names: str) -> dict[str, Schema]:
    return dict.fromkeys(names, or_null(schema))


_COORDINATE: Final = object_of("Coordinate", _maybe(_NUMBER, "latitude", "longitude"))
_LOCATION: Final = object_of(
    "PhoneNumberLocation",
    {**_maybe(TEXT, "location", "state", "countryCode", "timeZoneId"), "coordinate": _COORDINATE},
)
_LOOKUP: Final = object_of(
    "PhoneLookup",
    {
        "number": TEXT,
        "isValid": FLAG,
        "lineType": one_of(*LINE_TYPES.values(), UNKNOWN),
        "carrierType": one_of(*CARRIER_TYPES.values(), UNKNOWN),
        "location": _LOCATION,
        "id": _ID,
        "createdAt": MOMENT,
        "modifiedAt": or_null(MOMENT),
    },
)
_CONTACT: Final = object_of(
    "LeadContact",
    {
        **_maybe(TEXT, "firstName", "lastName", "timeZoneId", "email"),
        "streetAddress": object_of("StreetAddress", _maybe(TEXT, *(part.name for part in ADDRESS_PARTS))),
        "coordinate": _COORDINATE,
        "phone": object_of("Phone", {**_maybe(TEXT, "number", "type"), "lookup": or_null(_LOOKUP)}),
    },
)
_METADATA: Final = object_of(
    "LeadMetadata",
    {
        **_maybe(TEXT, "trustedFormUrl", "externalId", *TEXTS),
        **_maybe(_NUMBER, *NUMBERS),
        "sourceMetadata": or_null({"type": "object", "additionalProperties": TEXT}),
        **_maybe(TEXT, "complianceStatus", "complianceBlockedReason", "origin", "assignedPhoneNumberId"),
        **_maybe(TEXT, "smsConsentPhoneNumber"),
        **_maybe(MOMENT, "createdAt", "smsOptOutAt", "smsOptInAt", "smsHelpRequestedAt"),
        **_maybe(_ID, "importBatchId", "userId"),
        "businessId": _ID,
        "isImported": FLAG,
        "smsOptedOut": FLAG,
        "smsConsentStatus": one_of("unknown", "opted_in", "opted_out"),
    },
)
_CUSTOMER: Final = object_of(
    "LeadProfile",
    {
        "gender": or_null(one_of(*GENDERS)),
        "maritalStatus": or_null(one_of(*MARITAL_STATUSES)),
        "employmentType": or_null(one_of(*EMPLOYMENT_TYPES)),
        **_maybe(_WHOLE, "height", "weight", "income", "monthsAtResidence", "creditScore"),
        **_maybe(_WHOLE, "numberOfDependents"),
        "birthDate": or_null(_DAY),
        **_maybe(FLAG, "isHomeowner", "hasBankruptcy", "hasMedicalCondition"),
    },
)
_OVERRIDE: Final = object_of(
    "AdminEnablementOverride",
    {
        "enabled": or_null(FLAG),
        "reason": or_null(TEXT),
        "updatedByUserId": or_null(_ID),
        "updatedAt": or_null(MOMENT),
    },
)
_ARCHIVE: Final[Schema] = {
    "archivedAt": or_null(MOMENT),
    "archivedByUserId": or_null(_ID),
    "archiveReason": or_null(_REASON),
    "isArchived": FLAG,
}
_CURRENT: Final = or_null(
    object_of(
        "CurrentDispositionSummary",
        {
            "id": _ID,
            "category": one_of(*CATEGORIES),
            "outcome": TEXT,
            "displayName": TEXT,
            "changedAt": MOMENT,
            "changedByUserId": or_null(_ID),
            "changedByAutomationId": or_null(TEXT),
            "source": or_null(one_of(*CHANGE_SOURCES)),
        },
    )
)
_TAG_KEYS: Final[Schema] = {"id": _ID, "name": TEXT, "normalizedName": TEXT, "color": or_null(TEXT)}
_TAGS: Final = list_of(object_of("TagSummary", _TAG_KEYS))

LEAD: Final = object_of(
    "LeadResponse",
    {
        "metadata": _METADATA,
        "contact": _CONTACT,
        "customer": _CUSTOMER,
        "enabled": FLAG,
        "adminEnablementOverride": _OVERRIDE,
        **_ARCHIVE,
        "archiveNote": or_null(TEXT),
        "currentDisposition": _CURRENT,
        "tags": _TAGS,
        "id": _ID,
        "createdAt": MOMENT,
        "modifiedAt": or_null(MOMENT),
    },
)
WORKFLOW: Final = object_of("LeadWorkflowStatus", {"leadId": _ID, "runs": {"type": "array", "maxItems": 0}})
PAGE: Final = object_of(
    "PagedResultOfLeadTableRow",
    {
        "items": list_of(
            object_of(
                "LeadTableRow",
                {
                    "id": _ID,
                    **_maybe(TEXT, "firstName", "lastName", "phone", "email", "sourceId", "sourceName"),
                    "createdAt": MOMENT,
                    "updatedAt": MOMENT,
                    "status": TEXT,
                    "statusTone": one_of(*TONES),
                    "enabled": FLAG,
                    "adminEnablementOverride": _OVERRIDE,
                    **_ARCHIVE,
                    "currentDisposition": _CURRENT,
                    "price": or_null(_NUMBER),
                    "businessId": _ID,
                    "businessName": TEXT,
                    "tags": _TAGS,
                },
            )
        ),
        "pageSize": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE},
        "totalCount": or_null(COUNT),
        "continuationToken": or_null(TEXT),
    },
)
TAG: Final = object_of(
    "TagResponse",
    {
        **_TAG_KEYS,
        "businessId": _ID,
        "description": or_null(TEXT),
        "createdByUserId": or_null(_ID),
        "isArchived": FLAG,
        "archivedAt": or_null(MOMENT),
        "createdAt": MOMENT,
        "modifiedAt": or_null(MOMENT),
    },
)
TAGS: Final = list_of(TAG)
DISPOSITION: Final = object_of(
    "DispositionResponse",
    {
        "leadId": _ID,
        "id": _ID,
        "outcome": TEXT,
        "category": one_of(*CATEGORIES),
        "changeSource": or_null(one_of(*CHANGE_SOURCES)),
        **_maybe(TEXT, "type", "notes", "reason", "changedByAutomationId", "followUpStatus"),
        **_maybe(TEXT, "appointmentNotes", "assignedToUserId", "relatedCallEventId", "sourceId"),
        **_maybe(MOMENT, "callbackAt", "taskDueAt", "appointmentStartAt", "appointmentEndAt", "updatedAt"),
        "isMissedCallFollowUp": or_null(FLAG),
        "oldDispositionId": or_null(_ID),
        **_maybe(TEXT, "oldDispositionType", "oldDispositionOutcome"),
        "newDispositionId": _ID,
        "changedByUserId": or_null(_ID),
        "timestamp": MOMENT,
        "changedAt": MOMENT,
        "createdAt": MOMENT,
    },
)
HISTORY: Final = list_of(DISPOSITION)
EXPORT: Final = object_of(
    "DispositionExport", {"leadId": _ID, "exportedAt": MOMENT, "count": COUNT, "rows": HISTORY}
)
PROBLEM: Final = object_of(
    "ProblemDetails",
    {"type": TEXT, "title": TEXT, "status": _WHOLE, "detail": TEXT, "instance": TEXT},
    {
        "errors": {
            "type": "object",
            "description": "What is wrong, by the path of the field.",
            "additionalProperties": list_of(TEXT),
        }
    },
)

# Parameters: their schema, and what they mean.
_LIST: Final = list_of(TEXT)
LIST_QUERY: Final[Mapping[str, tuple[Schema, str]]] = {
    "tagIds": (_LIST, "Leads with any of these tags; repeat it."),
    "tagMatchAll": (FLAG, "Leads with all of them."),
    "untagged": (FLAG, "Leads without any tag."),
    "archiveFilter": (one_of("active", "archived", "all"), "active by default."),
}
TAGS_QUERY: Final[Mapping[str, tuple[Schema, str]]] = {"includeArchived": (FLAG, "false by default.")}


def _parameter(name: str) -> str:
    return name[0].upper() + name[1:]


INTAKE_QUERY: Final[Mapping[str, tuple[Schema, str]]] = {
    **{
        _parameter(part.name): (_LIST if part.type == "array" else TEXT, "In any case; see the body of POST.")
        for part in INTAKE.parts
    },
    "sourceKey": (TEXT, "The key, where it cannot be sent in a header."),
}
