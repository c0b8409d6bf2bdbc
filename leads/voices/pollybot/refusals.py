"""PollyBot's words for what went wrong: `error` is a text, and `details` is about one field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadhub.workspaces.ids import lead_ref
from leads.errors import Problem
from leads.voices.complaint import Complaint, Setting
from leads.voices.pollybot.lead import UPDATE
from leads.voices.pollybot.words import ORDER, status_sentence

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
LABELS: Final = dict([*_CODES.values(), _LEAD_NOT_FOUND, _INVALID, _BROKEN])


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
    message = status_sentence() if field == "status" and problem.code == "required" else problem.message
    return {"field": field, "value": problem.value, "message": message}


def _field(problem: Problem) -> str:
    return UPDATE.wire_name(problem.field)


def _rank(problem: Problem) -> int:
    field = _field(problem)
    return ORDER.index(field) if field in ORDER else len(ORDER)
