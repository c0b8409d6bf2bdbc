"""The lead itself: what a body says about it, and the record that every answer shows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.change import CLEAR, ConsentWish, LeadChange, TagChange, Telling, Told
from leads.errors import Malformed, Problem
from leads.models import AssigneeType, Channel, Lead
from leads.state import LeadState
from leads.values import LIMITS, format_moment
from leads.voices.omniai.checklist import ITEMS_SCHEMA, SentItem, ignored_in_items, read_items, tell_items
from leads.voices.shape import Null, Part, Sent, Shape

ASSIGNEE_OF: Final[Mapping[str, str]] = {
    "agent": AssigneeType.AI_AGENT,
    "manual": AssigneeType.HUMAN_AGENT,
}

_NAME: Final[Mapping[str, Any]] = {"maxLength": LIMITS.name}


def _first_name(*, required: bool) -> Part:
    return Part(
        "firstName", "first_name", null=Null.REFUSE, blank=Null.REFUSE, required=required, schema=_NAME
    )


def _text(name: str, to: str, limit: int, about: str = "") -> Part:
    return Part(name, to, schema={"maxLength": limit}, about=about)


def _flag(name: str, to: str = "", means: str = "", about: str = "") -> Part:
    return Part(name, to, "boolean", Null.LEAVE, Null.VALUE, means=means, about=about)


_OPTIONAL: Final = (
    _text("lastName", "last_name", LIMITS.name),
    _text("middleName", "middle_name", LIMITS.name),
    _text("email", "email", LIMITS.email),
    _text("phoneNumber", "phone", LIMITS.phone, "Shown as E.164 when it is a valid number, else as it came."),
    _text("businessName", "business_name", LIMITS.business_name),
    _text("externalLeadId", "external_id", LIMITS.line),
    _text("timezone", "time_zone", LIMITS.time_zone, "An IANA name."),
    Part("assigneeType", means="assignee_type", blank=Null.VALUE, schema={"enum": list(ASSIGNEE_OF)}),
    _flag("emailVerified", "email_verified", about="True stamps now; false says nothing."),
    _flag("didOptOut", means="consent"),
    Part(
        "tags",
        means="tags",
        type="array",
        blank=Null.VALUE,
        schema={"items": {"type": "string", "maxLength": LIMITS.tag}},
        about="Replaces the whole set; missing tags are made.",
    ),
    Part("checklistItems", "", "array", Null.LEAVE, Null.VALUE, means="answers", schema=ITEMS_SCHEMA),
)
CREATE: Final = Shape("OmniAILeadCreate", (_first_name(required=True), *_OPTIONAL))
UPDATE: Final = Shape(
    "OmniAILeadUpdate",
    (
        Part("leadId", means="lead_id", required=True, null=Null.REFUSE, blank=Null.REFUSE),
        _first_name(required=False),
        *_OPTIONAL,
    ),
    "Only what is sent is changed.",
)
_ABOUT_LEAD: Final = frozenset(part.name for part in CREATE.parts) - {"checklistItems"}


# Reading


def named_lead(body: Mapping[str, object]) -> str:
    """The lead that a body names; whether there is one of that id is not asked here."""
    lead_id = body.get("leadId")
    if isinstance(lead_id, str) and lead_id.strip():
        return lead_id
    code = "required" if lead_id is None or isinstance(lead_id, str) else "invalid_type"
    raise Malformed([Problem("lead_id", code, _("Send the id of the lead as leadId, as text."), lead_id)])


def read_create(body: Mapping[str, object], state: LeadState) -> LeadChange:
    sent = CREATE.read(body)
    sent.fields["source"] = "api"
    return _change(sent, body, state)


def read_update(body: Mapping[str, object], state: LeadState) -> LeadChange:
    return _change(UPDATE.read(body, show_lead(state.lead)), body, state)


def ignored_keys(body: Mapping[str, object], shape: Shape) -> list[str]:
    """What was sent and is not looked at: unknown keys, read-only ones, and `status`, which is computed."""
    known = {part.name for part in shape.parts}
    return [key for key in body if key not in known] + ignored_in_items(body.get("checklistItems"))


def _change(sent: Sent, body: Mapping[str, object], state: LeadState) -> LeadChange:
    _read_assignee(sent)
    items, problems = read_items(sent.own.get("checklistItems"), state)
    return LeadChange(
        fields=sent.fields,
        tags=_tags(sent),
        consent=_consent(sent),
        answers=tuple(item.change for item in items),
        problems=(*sent.problems, *problems),
        strict_answers=False,
        telling=partial(_tell, body, state, items),
    )


def _read_assignee(sent: Sent) -> None:
    word = sent.own.get("assigneeType")
    if word is CLEAR:
        sent.fields["assignee_type"] = AssigneeType.AI_AGENT
    elif isinstance(word, str) and word in ASSIGNEE_OF:
        sent.fields["assignee_type"] = ASSIGNEE_OF[word]
    elif word is not None:
        code = "invalid_choice" if isinstance(word, str) else "invalid_type"
        words = _("Send agent (the AI handles the lead) or manual (a person does).")
        sent.problems.append(Problem("assignee_type", code, words, word, list(ASSIGNEE_OF)))


def _tags(sent: Sent) -> TagChange | None:
    names = sent.own.get("tags")
    if names is None:
        return None
    if names is CLEAR:
        return TagChange(replace=True)
    if not isinstance(names, list):
        sent.problems.append(Problem("tags", "invalid_type", _("Send a list of tag names."), names))
        return None
    return TagChange(names=tuple(names), replace=True)


def _consent(sent: Sent) -> tuple[ConsentWish, ...]:
    flag = sent.own.get("didOptOut")
    if flag is None:
        return ()
    if not isinstance(flag, bool):
        sent.problems.append(Problem("consent", "invalid_type", _("Send true or false."), flag))
        return ()
    return (ConsentWish(Channel.ALL, opted_in=not flag),)


def _tell(body: Mapping[str, object], state: LeadState, items: list[SentItem], told: Told) -> Telling:
    """What was sent, under the names it was sent by, with the values as they are stored."""
    shown = show_lead(state.lead) | {
        "middleName": state.lead.middle_name or None,
        "timezone": state.lead.time_zone or None,
    }
    return Telling(
        summary="Lead created" if told.created else "Lead updated",
        input={
            "eventType": "lead_created" if told.created else "lead_updated",
            "source": "api",
            "leadUpdates": {key: shown.get(key, body[key]) for key in body if key in _ABOUT_LEAD},
            "checklistUpdates": tell_items(items, told.answers, state),
        },
    )


# Showing


def show_lead(lead: Lead) -> dict[str, Any]:
    """The eighteen keys of the page, in its order."""
    return {
        "id": str(lead.pk),
        "activitySummary": lead.activity_summary or None,
        "assigneeType": str(lead.assignee_type),
        "businessName": lead.business_name or None,
        "createdAt": format_moment(lead.created_at),
        "deletedAt": moment_or_none(lead.deleted_at),
        "didOptOut": lead.opted_out_at is not None,
        "email": lead.email or None,
        "emailVerifiedAt": moment_or_none(lead.email_verified_at),
        "externalLeadId": lead.external_id or None,
        "externalPortalLink": lead.portal_link or None,
        "firstName": lead.first_name or None,
        "lastName": lead.last_name or None,
        "phoneNumber": phone_of(lead),
        "phoneVerifiedAt": moment_or_none(lead.phone_verified_at),
        "source": lead.source or None,
        "updatedAt": format_moment(lead.updated_at),
        "website": lead.website or None,
    }


def show_single_lead(lead: Lead) -> dict[str, Any]:
    """The record of GET, which says three things more."""
    return {
        **show_lead(lead),
        "isTest": lead.is_test,
        # Their portal's form; there is none here that a lead could submit.
        "submittedAt": None,
        "workspaceId": str(lead.workspace_id),
    }


def phone_of(lead: Lead) -> str | None:
    """E.164 where the number is a valid one, else as it was given."""
    number = lead.phone_e164
    return (number.as_e164 if number else lead.phone) or None


def moment_or_none(moment: Any) -> str | None:
    return None if moment is None else format_moment(moment)
