"""The envelope around every answer of Octanist's, and its words for what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.errors import Problem
from leads.voices.complaint import Complaint, Setting
from leads.voices.octanist.read import CREATE, UPDATE


def answer(data: object, setting: Setting, pagination: Mapping[str, Any] | None = None) -> dict[str, Any]:
    meta = _meta(setting)
    if pagination is not None:
        meta["pagination"] = pagination
    return {"success": True, "data": data, "meta": meta}


def _meta(setting: Setting) -> dict[str, Any]:
    return {"requestId": setting.request_id, "timestamp": setting.moment}


_CODES: Final[Mapping[int, str]] = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    429: "RATE_LIMITED",
}
# Problems with a code of their own among what is otherwise VALIDATION_ERROR.
_CODES_OF_PROBLEMS: Final[Mapping[str, str]] = {
    "invalid_date": "INVALID_DATE",
    "unknown_filter": "INVALID_FILTER",
}


CODES: Final = ("VALIDATION_ERROR", "INTERNAL_ERROR", *_CODES.values(), *_CODES_OF_PROBLEMS.values())


def complain(complaint: Complaint, setting: Setting) -> tuple[int, dict[str, Any]]:
    """`error` is an object, and `meta` is there too."""
    fallback = "VALIDATION_ERROR" if complaint.status < 500 else "INTERNAL_ERROR"
    code = _CODES.get(complaint.status, fallback)
    message = complaint.message
    details: dict[str, Any] = {"reason": complaint.code}
    if "count" in complaint.data:
        details["count"] = complaint.data["count"]
    if complaint.problems:
        first = complaint.problems[0]
        code = _CODES_OF_PROBLEMS.get(first.code, code)
        message = f"{_field(first)}: {first.message}"
        details = {"errors": [_error(problem) for problem in complaint.problems]}
    error = {"code": code, "message": message, "details": details}
    return complaint.status, {"success": False, "error": error, "meta": _meta(setting)}


def _error(problem: Problem) -> dict[str, Any]:
    return {"field": _field(problem), "code": problem.code, "message": problem.message}


def _field(problem: Problem) -> str:
    return UPDATE.wire_name(CREATE.wire_name(problem.field))
