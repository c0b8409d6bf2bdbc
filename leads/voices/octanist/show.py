"""A lead as Octanist shows it, and what its writes answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from leadhub.workspaces.ids import lead_ref
from leads.change import Outcome
from leads.models import Lead
from leads.queries.catalogue import Catalogue
from leads.values import format_moment, join_name, plain_number
from leads.voices.attribution import read_known
from leads.voices.octanist.words import CLICK_IDS, CONSENTS, STATUS_OF, UTM

# What only their own system fills in.
NEVER_SET: Final = (
    "googleAdsCampaignId",
    "googleAdsCampaignName",
    "googleAdsAdGroupId",
    "googleAdsAdGroupName",
    "googleAdsAdId",
    "labelId",
    "selectedConversionEventId",
)
_EXPIRES_AFTER: Final = timedelta(days=90)


def show_lead(lead: Lead, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "id": lead_ref(lead.pk),
        "name": join_name(lead.first_name, lead.last_name) or None,
        "email": lead.email or None,
        "phone": lead.phone or None,
        "status": STATUS_OF[catalogue.stage_of(lead)],
        "value": None if lead.value is None else plain_number(lead.value),
        "note": lead.note or None,
        "custom": lead.custom or None,
        "lossReason": lead.loss_reason or None,
        "conversionName": None,
        "source": lead.source or None,
        "website": lead.website or None,
        "path": lead.landing_path or None,
        **{name: _text(lead.click_ids.get(name)) for name in CLICK_IDS},
        **{name: read_known(lead.metadata, name) for name in UTM},
        **{name: lead.ad_consents.get(name) is True for name in CONSENTS},
        **dict.fromkeys(NEVER_SET),
        "createdAt": format_moment(lead.created_at),
        "updatedAt": format_moment(lead.updated_at),
        "qualifiedAt": format_moment(lead.qualified_at) if lead.qualified_at else None,
        "expiresAt": format_moment(lead.created_at + _EXPIRES_AFTER),
    }


def _text(stored: object) -> str | None:
    """Another door may have stored something else there; it stays, and reads as nothing."""
    return stored if isinstance(stored, str) else None


def show_updated(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Newest first, so the first one gives its name to all."""
    return {
        "leadId": lead_ref(outcomes[0].lead.pk),
        "leadsUpdated": len(outcomes),
        "message": "Lead updated successfully",
    }


def show_created(lead: Lead) -> dict[str, Any]:
    return {"id": lead_ref(lead.pk), "message": "Lead added"}
