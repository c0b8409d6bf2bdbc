"""PollyBot, the documented generation: `status` words, metadata merged by RFC 7396, one field per error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.ids import lead_ref
from leads.change import CLEAR, DispositionWish, LeadChange
from leads.errors import Malformed, Problem
from leads.models import Lead, Stage
from leads.queries.catalogue import Catalogue
from leads.state import LeadState
from leads.values import format_moment, join_name
from leads.voices.complaint import Complaint, Setting
from leads.voices.shape import ABSENT, Null, Part, Sent, Shape, same

# Their word for each stage; the last two read as lost and cannot be named.
STATUS_OF: Final[Mapping[str, str]] = {
    Stage.NEW: "new",
    Stage.CONTACTED: "contacted",
    Stage.QUALIFIED: "qualified",
    Stage.WON: "converted",
    Stage.LOST: "lost",
    Stage.FOLLOW_UP: "follow_up",
    Stage.INVALID: "lost",
    Stage.DUPLICATE: "lost",
}
STAGE_OF: Final[Mapping[str, str]] = {
    "new": Stage.NEW,
    "contacted": Stage.CONTACTED,
    "qualified": Stage.QUALIFIED,
    "converted": Stage.WON,
    "lost": Stage.LOST,
    "follow_up": Stage.FOLLOW_UP,
}
_ORDER: Final = ("name", "email", "phone", "source", "status", "metadata")

_NAME: Final[Mapping[str, Any]] = {"maxLength": 100}
_EMAIL: Final[Mapping[str, Any]] = {"format": "email", "maxLength": 254}
_OPTIONAL: Final = (
    Part("phone", "phone", schema={"maxLength": 20}),
    Part("source", "source", schema={"maxLength": 50}),
    Part("status", null=Null.REFUSE, blank=Null.REFUSE, means="disposition", schema={"enum": list(STAGE_OF)}),
    Part(
        "metadata",
        type="object",
        null=Null.VALUE,
        blank=Null.VALUE,
        means="metadata",
        schema={"additionalProperties": True},
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
    if not any(name in body for name in _ORDER):
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


def refused_status(word: object) -> Problem:
    code = "invalid_choice" if isinstance(word, str) else "invalid_type"
    return Problem("disposition", code, _status_sentence(), word, list(STAGE_OF))


def _status_sentence() -> str:
    return _("Status must be one of: %s") % ", ".join(STAGE_OF)


def ignored_keys(body: Mapping[str, object], shown: Mapping[str, object]) -> list[str]:
    """Unknown and read-only keys that were sent in vain; one that only repeats what is shown was not."""
    return [key for key in body if key not in _ORDER and not same(body[key], shown.get(key, ABSENT))]


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


# Refusing

# The coded fact: their code, their label.
_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "missing_credential": ("MISSING_AUTH_HEADER", "Missing authorization header"),
    "invalid_key": ("INVALID_API_KEY", "Invalid or inactive API key"),
    "inactive_key": ("INVALID_API_KEY", "Invalid or inactive API key"),
    "wrong_door": ("INVALID_API_KEY", "Invalid or inactive API key"),
    "not_found": ("NOT_FOUND", "Not found"),
    "chatbot_not_found": ("CHATBOT_NOT_FOUND", "Chatbot not found"),
    "duplicate_email": ("DUPLICATE_EMAIL", "Email already exists"),
    "rate_limited": ("RATE_LIMIT_EXCEEDED", "Rate limit exceeded"),
    "forbidden": ("FORBIDDEN", "Not allowed"),
    "https_required": ("FORBIDDEN", "Not allowed"),
    "method_not_allowed": ("METHOD_NOT_ALLOWED", "Method not allowed"),
    "length_required": ("LENGTH_REQUIRED", "Length required"),
    "too_large": ("PAYLOAD_TOO_LARGE", "Payload too large"),
    "unsupported_media_type": ("UNSUPPORTED_MEDIA_TYPE", "Unsupported media type"),
    "idempotency_key_reused": ("IDEMPOTENCY_KEY_REUSED", "Idempotency key was used before"),
    "request_in_progress": ("REQUEST_IN_PROGRESS", "Request in progress"),
    "answer_erased": ("IDEMPOTENCY_KEY_REUSED", "Idempotency key was used before"),
    "busy": ("SERVICE_UNAVAILABLE", "Service unavailable"),
    "unavailable": ("SERVICE_UNAVAILABLE", "Service unavailable"),
    "storage_full": ("SERVICE_UNAVAILABLE", "Service unavailable"),
}
_LEAD_NOT_FOUND: Final = ("LEAD_NOT_FOUND", "Lead not found")
_INVALID: Final = ("VALIDATION_ERROR", "Validation failed")
_BROKEN: Final = ("INTERNAL_ERROR", "Internal server error")


def complain(complaint: Complaint, setting: Setting) -> tuple[int, dict[str, Any]]:
    """`error` is a text, and `details` is one object about one field."""
    code, label = _CODES.get(complaint.code, _INVALID if complaint.status < 500 else _BROKEN)
    if _is_about_lead(complaint):
        code, label = _LEAD_NOT_FOUND
    body: dict[str, Any] = {
        "success": False,
        "error": label,
        "code": code,
        "details": _details(complaint, setting),
    }
    if "Retry-After" in complaint.headers:
        body["retryAfter"] = int(complaint.headers["Retry-After"])
    return complaint.status, {**body, "timestamp": setting.moment, "requestId": setting.request_id}


def _is_about_lead(complaint: Complaint) -> bool:
    """Not found is the lead, unless it is the path that leads nowhere."""
    return complaint.code == "not_found" and complaint.data.get("of") == "lead"


def _details(complaint: Complaint, setting: Setting) -> dict[str, Any]:
    if complaint.code == "duplicate_email":
        return {
            "email": complaint.data["email"],
            "existingLeadId": lead_ref(complaint.data["existing"]),  # type: ignore[arg-type]
            "message": complaint.message,
        }
    if _is_about_lead(complaint):
        return {"leadId": setting.path.rpartition("/")[2], "message": complaint.message}
    if not complaint.problems:
        return {"message": complaint.message}
    problem = min(complaint.problems, key=_rank)
    field = _field(problem)
    message = _status_sentence() if field == "status" and problem.code == "required" else problem.message
    return {"field": field, "value": problem.value, "message": message}


def _field(problem: Problem) -> str:
    return UPDATE.wire_name(problem.field)


def _rank(problem: Problem) -> int:
    field = _field(problem)
    return _ORDER.index(field) if field in _ORDER else len(_ORDER)
