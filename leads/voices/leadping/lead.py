"""Leadping's lead: the nested body of PUT and POST, merged leaf by leaf, and the whole lead as the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.change import CLEAR, Clear, LeadChange, Override, PhoneRule
from leads.errors import Problem
from leads.models import Lead
from leads.state import LeadState
from leads.values import format_moment
from leads.voices.leadping.contact import (
    ADDRESS_PARTS,
    CUSTOMER_PARTS,
    contact_parts,
    read_phone_type,
    show_contact,
    show_customer,
)
from leads.voices.leadping.dispositions import show_current
from leads.voices.leadping.metadata import PARTS as METADATA_PARTS
from leads.voices.leadping.metadata import moment, read_source, show_metadata, text
from leads.voices.leadping.tags import TAG_PARTS, read_tags, show_tags
from leads.voices.leadping.words import Words
from leads.voices.shape import Null, Part, Sent, Shape

_OVERRIDE: Final = Part(
    "adminEnablementOverride",
    parts=(
        Part("enabled", type="boolean", blank=Null.VALUE, means="override.enabled"),
        Part("reason", means="override.reason"),
        Part("updatedByUserId", read_only=True),
        Part("updatedAt", read_only=True, schema={"format": "date-time"}),
    ),
    about="For keys with the scope admin; stamped by the server.",
)


def _parts(*address: Part) -> tuple[Part, ...]:
    return (
        Part("metadata", parts=METADATA_PARTS),
        Part("contact", parts=contact_parts(address)),
        Part("customer", parts=CUSTOMER_PARTS),
        Part("enabled", "enabled", type="boolean", null=Null.LEAVE, blank=Null.VALUE),
        _OVERRIDE,
        *TAG_PARTS,
        Part("id", means="id", null=Null.LEAVE, blank=Null.LEAVE),
    )


_SHOWN_ONLY: Final = (
    "archivedAt",
    "archivedByUserId",
    "archiveReason",
    "archiveNote",
    "isArchived",
    "currentDisposition",
    "tags",
    "createdAt",
    "modifiedAt",
)
_READ_ONLY: Final = tuple(Part(name, type="any", read_only=True) for name in _SHOWN_ONLY)
UPDATE: Final = Shape(
    "LeadRequest",
    (*_parts(*ADDRESS_PARTS), *_READ_ONLY),
    "What is absent is left alone, null clears a leaf, a null group is left alone.",
)
# Their guide spells the first two lines another way in the nested body; the canonical spelling wins.
CREATE: Final = Shape(
    "LeadCreateRequest",
    (
        *_parts(Part("address1", "address.line1"), Part("address2", "address.line2"), *ADDRESS_PARTS),
        *_READ_ONLY,
    ),
)
WORDS: Final = Words(UPDATE)


@dataclass(slots=True)
class Update:
    """A PUT of one lead, read under the lock; `ignored` is what it carried in vain."""

    body: Mapping[str, object]
    path_id: str
    ignored: list[str] = field(default_factory=list)

    def read(self, state: LeadState) -> LeadChange:
        shown = show_lead(state.gather())
        sent = UPDATE.read(self.body, shown)
        self.ignored = sent.ignored
        read_source(sent, shown["metadata"]["sourceMetadata"])
        _judge_id(sent, self.path_id, state.lead)
        return change_of(sent, state.lead)


def _judge_id(sent: Sent, path_id: str, lead: Lead) -> None:
    """A merged lead is reached by its old id and shows its new one; either is right in the body."""
    raw = sent.own.get("id")
    if raw is not None and parse_id(raw) not in {parse_id(path_id), lead.pk}:
        message = _("The id in the body is not the one in the path; leave it out, or send the same.")
        sent.problems.append(Problem("id", "id_mismatch", message, raw))


def read_create(body: Mapping[str, object]) -> tuple[LeadChange, list[str]]:
    sent = CREATE.read(body)
    if "id" in sent.own:
        sent.ignored.append("id")
    read_source(sent, None)
    return new_lead(sent, origin="source"), sent.ignored


def new_lead(sent: Sent, origin: str) -> LeadChange:
    """What every way of creating asks: somebody to reach, by a number that can be one, and a certificate from
    those who issue them."""
    if not any(isinstance(sent.fields.get(name), str) for name in ("email", "phone")):
        message = _("Send a phone number or an email, so that somebody can be reached.")
        sent.problems.append(Problem("phone", "required", message))
    _judge_certificate(sent)
    sent.fields.setdefault("source", origin)
    return change_of(sent, None, phone_rule="shape")


def _judge_certificate(sent: Sent) -> None:
    url = sent.fields.get("trusted_form_url")
    if not isinstance(url, str):
        return
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return  # no URL at all, which the rules say by themselves
    if host and host != "trustedform.com" and not host.endswith(".trustedform.com"):
        message = _("Send the URL of a TrustedForm certificate; its host is trustedform.com.")
        sent.problems.append(Problem("trusted_form_url", "invalid_url", message, url))


def change_of(sent: Sent, lead: Lead | None, *, phone_rule: PhoneRule = "lenient") -> LeadChange:
    if "type" in sent.own:
        sent.fields["phone_type"] = read_phone_type(sent.own["type"])
    return LeadChange(
        fields=sent.fields,
        address=sent.address,
        profile=sent.profile,
        metadata=sent.metadata or None,
        tags=read_tags(sent),
        override=_override(sent.own, lead),
        problems=tuple(sent.problems),
        phone_rule=phone_rule,
        typed_metadata=True,
    )


def _override(own: Mapping[str, object], lead: Lead | None) -> Override | Clear | None:
    """Leaf by leaf, too: the reason may be reworded alone, and an override without a value is none."""
    if "enabled" not in own and "reason" not in own:
        return None
    stored = (lead.override_enabled, lead.override_reason) if lead else (None, "")
    enabled, reason = own.get("enabled", stored[0]), own.get("reason", stored[1])
    if enabled is CLEAR or (enabled is None and reason is CLEAR):
        return CLEAR
    return Override(enabled, "" if reason is CLEAR else reason)


def show_lead(state: LeadState) -> dict[str, Any]:
    """Every key of the vendor's page, nulls included."""
    lead = state.lead
    return {
        "metadata": show_metadata(lead),
        "contact": show_contact(state),
        "customer": show_customer(state.profile),
        "enabled": lead.enabled,
        "adminEnablementOverride": show_override(lead),
        **show_archive(lead),
        "archiveNote": lead.archive_note or None,
        "currentDisposition": show_current(lead, state.catalogue),
        "tags": show_tags(state.tags.values()),
        "id": str(lead.pk),
        "createdAt": format_moment(lead.created_at),
        "modifiedAt": None if lead.version == 1 else format_moment(lead.updated_at),
    }


def show_override(lead: Lead) -> dict[str, Any]:
    return {
        "enabled": lead.override_enabled,
        "reason": lead.override_reason or None,
        "updatedByUserId": text(lead.override_by),
        "updatedAt": moment(lead.override_at),
    }


def show_archive(lead: Lead) -> dict[str, Any]:
    return {
        "archivedAt": moment(lead.archived_at),
        "archivedByUserId": text(lead.archived_by),
        "archiveReason": lead.archive_reason,
        "isArchived": lead.archived_at is not None,
    }
