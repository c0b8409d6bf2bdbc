"""PollyBot's lead, both ways: what is sent of one, and how one is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import lead_ref
from leads.change import CLEAR, DispositionWish, LeadChange
from leads.errors import Malformed, Problem
from leads.models import Lead
from leads.queries.catalogue import Catalogue
from leads.state import LeadState
from leads.values import format_moment, join_name
from leads.voices.pollybot.words import ORDER, STAGE_OF, STATUS_OF, refused_status
from leads.voices.shape import ABSENT, Null, Part, Sent, Shape, same

_NAME: Final[Mapping[str, Any]] = {"maxLength": 100, "examples": ["Mara Lind"]}
_EMAIL: Final[Mapping[str, Any]] = {
    "format": "email",
    "maxLength": 254,
    "examples": ["mara@example.org"],
}
_OPTIONAL: Final = (
    Part("phone", "phone", schema={"maxLength": 20, "examples": ["+46-8-555-0101"]}),
    Part("source", "source", schema={"maxLength": 50, "examples": ["webinar"]}),
    Part("status", null=Null.REFUSE, blank=Null.REFUSE, means="disposition", schema={"enum": list(STAGE_OF)}),
    Part(
        "metadata",
        type="object",
        null=Null.VALUE,
        blank=Null.VALUE,
        means="metadata",
        schema={"additionalProperties": True, "examples": [{"company": "Lind AB", "interests": ["api"]}]},
    ),
)
_READ_ONLY: Final = tuple(
    Part(name, read_only=True) for name in ("id", "createdAt", "updatedAt", "workspaceId")
)
UPDATE: Final = Shape(
    "PollyBotLeadUpdate",
    (
        Part("name", "name", null=Null.REFUSE, blank=Null.REFUSE, schema=_NAME),
        Part("email", "email", blank=Null.REFUSE, schema=_EMAIL),
        *_OPTIONAL,
        *_READ_ONLY,
    ),
    "Only what is sent is changed.",
)
CREATE: Final = Shape(
    "PollyBotLeadCreate",
    (
        Part("name", "name", null=Null.REFUSE, blank=Null.REFUSE, required=True, schema=_NAME),
        Part("email", "email", null=Null.REFUSE, blank=Null.REFUSE, required=True, schema=_EMAIL),
        *_OPTIONAL,
        *_READ_ONLY,
    ),
)


# Reading


def read_update(body: Mapping[str, object], state: LeadState) -> LeadChange:
    if not any(name in body for name in ORDER):
        raise Malformed([Problem("body", "required", _("Send at least one field to change."))])
    return _change(UPDATE.read(body, show_lead(state.lead, state.catalogue)))


def read_create(body: Mapping[str, object]) -> LeadChange:
    sent = CREATE.read(body)
    sent.fields.setdefault("source", "api")
    return _change(sent)


def _change(sent: Sent) -> LeadChange:
    wish = _wish(sent)
    metadata = sent.own.get("metadata", ...)
    return LeadChange(
        disposition=wish,
        fields=sent.fields,
        metadata=None if metadata is ... else CLEAR if metadata is None else metadata,  # type: ignore[arg-type]
        problems=tuple(sent.problems),
        phone_rule="shape",
        unique_email=True,
    )


def _wish(sent: Sent) -> DispositionWish | None:
    if "status" not in sent.own:
        return None
    word = sent.own["status"]
    if isinstance(word, str) and word in STAGE_OF:
        return DispositionWish(stage=STAGE_OF[word])
    sent.problems.append(refused_status(word))
    return None


def ignored_keys(body: Mapping[str, object], shown: Mapping[str, object]) -> list[str]:
    """Unknown and read-only keys that were sent in vain; one that only repeats what is shown was not."""
    return [key for key in body if key not in ORDER and not same(body[key], shown.get(key, ABSENT))]


# Showing


def show_lead(lead: Lead, catalogue: Catalogue, *, whole: bool = True) -> dict[str, Any]:
    """A lead as the list has it; the single one names its workspace besides."""
    shown = {
        "id": lead_ref(lead.pk),
        "name": join_name(lead.first_name, lead.last_name) or None,
        "email": lead.email or None,
        "phone": lead.phone or None,
        "source": lead.source or None,
        "status": STATUS_OF[catalogue.stage_of(lead)],
        "metadata": lead.metadata,
        "createdAt": format_moment(lead.created_at),
        "updatedAt": format_moment(lead.updated_at),
    }
    return {**shown, "workspaceId": workspace_ref(lead.workspace_id)} if whole else shown


def show_deleted(lead: Lead) -> dict[str, Any]:
    assert lead.deleted_at is not None
    return {
        "success": True,
        "message": "Lead deleted successfully",
        "data": {"id": lead_ref(lead.pk), "deletedAt": format_moment(lead.deleted_at)},
    }


def workspace_ref(workspace_id: UUID) -> str:
    """A workspace is what they call a chatbot, too: the one id serves both."""
    return f"ws_{workspace_id.hex}"
