"""Consent channel by channel, the archive, and the administrator's override: how they are shown and sent."""

from __future__ import annotations

from typing import Any, Final

from leads.models import Channel
from leads.state import LeadState
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import FLAG, MOMENT, TEXT, WHOLE, Schema, maybe, thing

COLUMN_OF_CHANNEL: Final = {
    Channel.ALL: "opted_out_at",
    Channel.CALL: "call_opted_out_at",
    Channel.EMAIL: "email_opted_out_at",
    Channel.SMS: "sms_opted_out_at",
}


def show_consent(state: LeadState) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for channel, column in COLUMN_OF_CHANNEL.items():
        since = getattr(state.lead, column)
        found[str(channel)] = {"opted_in": since is None, "opted_out_at": show_moment(since)}
    return found


_CONSENT: Final = thing("ChannelConsent", {"opted_in": FLAG, "opted_out_at": maybe(MOMENT)})
CONSENT: Final = thing("Consent", {str(channel): _CONSENT for channel in COLUMN_OF_CHANNEL})
_CONSENT_SENT: Final[Schema] = {
    "type": "object",
    "properties": {"opted_in": FLAG, "text_shown": TEXT, "source": TEXT, "at": MOMENT},
}
CONSENT_SENT: Final[Schema] = {
    "title": "ConsentChange",
    "type": "object",
    "properties": {str(channel): _CONSENT_SENT for channel in COLUMN_OF_CHANNEL},
    "additionalProperties": False,
    "examples": [{"sms": {"opted_in": False, "source": "reply STOP"}}],
}


def show_archive(state: LeadState) -> dict[str, Any] | None:
    lead = state.lead
    if lead.archived_at is None:
        return None
    return {
        "at": show_moment(lead.archived_at),
        "by": str(lead.archived_by) if lead.archived_by else None,
        "reason": lead.archive_reason,
        "note": lead.archive_note or None,
    }


ARCHIVE: Final = thing(
    "Archive", {"at": MOMENT, "by": maybe(TEXT), "reason": maybe(WHOLE), "note": maybe(TEXT)}
)
ARCHIVE_SENT: Final[Schema] = {
    "title": "ArchiveChange",
    "description": "An object archives the lead, null takes it out again. Reasons are numbers from 0 to 9.",
    "type": ["object", "null"],
    "properties": {"reason": maybe(WHOLE), "note": maybe(TEXT)},
}


def show_override(state: LeadState) -> dict[str, Any] | None:
    lead = state.lead
    if lead.override_enabled is None:
        return None
    return {
        "enabled": lead.override_enabled,
        "reason": lead.override_reason or None,
        "by": str(lead.override_by) if lead.override_by else None,
        "at": show_moment(lead.override_at),
    }


OVERRIDE: Final = thing(
    "Override", {"enabled": FLAG, "reason": maybe(TEXT), "by": maybe(TEXT), "at": maybe(MOMENT)}
)
OVERRIDE_SENT: Final[Schema] = {
    "title": "OverrideChange",
    "description": "Wins over `enabled`; for keys with the scope admin. Null takes it away.",
    "type": ["object", "null"],
    "properties": {"enabled": FLAG, "reason": maybe(TEXT)},
}
