"""The `metadata` of Leadping's lead: where it came from, what was agreed, and what only the server writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from leads.models import Lead
from leads.validation.attribution import SOURCE_METADATA
from leads.values import LIMITS, format_moment
from leads.voices.attribution import read_known, read_source_metadata
from leads.voices.leadping.words import NUMERIC
from leads.voices.shape import Null, Part, Sent, same

# Their keys of what typed dialects share in the free metadata.
TEXTS: Final[Mapping[str, str]] = {
    "utmSource": "utm_source",
    "utmMedium": "utm_medium",
    "utmCampaign": "utm_campaign",
    "utmTerm": "utm_term",
    "utmContent": "utm_content",
    "referrer": "referrer",
    "landingPage": "landing_page",
    "subId": "sub_id",
    "pubId": "pub_id",
    "ipAddress": "ip_address",
    "userAgent": "user_agent",
    "sellerLeadId": "seller_lead_id",
    "product": "product",
    "vertical": "vertical",
}
NUMBERS: Final[Mapping[str, str]] = {"price": "price", "directPostPrice": "direct_post_price"}
SERVERS: Final = (
    "complianceStatus",
    "complianceBlockedReason",
    "origin",
    "importBatchId",
    "isImported",
    "assignedPhoneNumberId",
    "smsConsentStatus",
    "smsOptedOut",
    "smsOptOutAt",
    "smsOptInAt",
    "smsHelpRequestedAt",
    "smsConsentPhoneNumber",
    "userId",
    "businessId",
)

# A group of texts, so null leaves it alone as it does every group; null at one of its names takes that away.
SOURCE_PART: Final = Part(
    "sourceMetadata",
    type="object",
    null=Null.LEAVE,
    blank=Null.VALUE,
    means=f"metadata.{SOURCE_METADATA}",
    schema={"additionalProperties": {"type": ["string", "null"]}},
)
PARTS: Final = (
    Part("trustedFormUrl", "trusted_form_url", schema={"format": "uri", "maxLength": LIMITS.url}),
    *(Part(name, f"metadata.{key}") for name, key in TEXTS.items()),
    Part("externalId", "external_id", schema={"maxLength": LIMITS.line}),
    Part("createdAt", "captured_at", blank=Null.VALUE, schema={"format": "date-time"}),
    *(
        Part(name, f"metadata.{key}", type="any", blank=Null.VALUE, schema=NUMERIC)
        for name, key in NUMBERS.items()
    ),
    SOURCE_PART,
    *(Part(name, type="any", read_only=True) for name in SERVERS),
)


def read_source(sent: Sent, shown: Mapping[str, object] | None) -> None:
    """Only the names that differ: an empty object says nothing, and a null where nothing is takes nothing."""
    raw = sent.own.get(SOURCE_PART.name)
    if isinstance(raw, dict):
        raw = {key: value for key, value in raw.items() if not same(value, (shown or {}).get(key))}
    if raw is not None and raw != {}:
        sent.metadata[SOURCE_METADATA] = raw


def show_metadata(lead: Lead) -> dict[str, Any]:
    stored = lead.metadata
    return {
        "trustedFormUrl": lead.trusted_form_url or None,
        **{name: read_known(stored, key) for name, key in TEXTS.items()},
        "externalId": lead.external_id or None,
        "createdAt": moment(lead.captured_at),
        **{name: read_known(stored, key) for name, key in NUMBERS.items()},
        "sourceMetadata": read_source_metadata(stored),
        "complianceStatus": lead.compliance_status or None,
        "complianceBlockedReason": lead.compliance_blocked_reason or None,
        "origin": lead.source or None,
        "importBatchId": text(lead.import_batch_id),
        "isImported": lead.import_batch_id is not None,
        "assignedPhoneNumberId": lead.assigned_phone_number_id or None,
        **_consent(lead),
        "userId": text(lead.assignee_id),
        "businessId": str(lead.workspace_id),
    }


def _consent(lead: Lead) -> dict[str, Any]:
    """Opting out of everything is opting out of text messages, too; the earlier word counts."""
    opted_out = min(filter(None, (lead.sms_opted_out_at, lead.opted_out_at)), default=None)
    opted_in = "opted_in" if lead.sms_opted_in_at else "unknown"
    return {
        "smsConsentStatus": "opted_out" if opted_out else opted_in,
        "smsOptedOut": opted_out is not None,
        "smsOptOutAt": moment(opted_out),
        "smsOptInAt": moment(lead.sms_opted_in_at),
        "smsHelpRequestedAt": moment(lead.sms_help_requested_at),
        "smsConsentPhoneNumber": lead.sms_consent_phone or None,
    }


def moment(stored: datetime | None) -> str | None:
    return None if stored is None else format_moment(stored)


def text(stored: object) -> str | None:
    return None if stored is None else str(stored)
