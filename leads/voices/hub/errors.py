"""Refusals of the native API: problem details (RFC 9457) with a list of what is wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.errors import Problem
from leads.values import nearest_of
from leads.voices.complaint import Complaint, Setting
from leads.voices.hub.kinds import TEXT, WHOLE, maybe, several, thing

# Where every code is explained, relative to wherever this is served.
CODES_PAGE: Final = "/api/docs/errors/"
_MOST_EXPECTED: Final = 100
# Of a name that is not known, what is expected is the nearest known one.
_NAMED: Final = frozenset({"unknown_field", "unknown_code", "not_found", "invalid_time_zone"})

PROBLEM_ITEM: Final = thing(
    "FieldError",
    {
        "field": TEXT,
        "code": TEXT,
        "message": TEXT,
        "expected": {"description": "A value or a list of them, where there are few."},
        "nearest": {**maybe(TEXT), "description": "The known name that was probably meant."},
    },
)
PROBLEM: Final = thing(
    "Problem",
    {
        "type": {"type": "string", "format": "uri-reference"},
        "title": TEXT,
        "status": WHOLE,
        "detail": TEXT,
        "instance": TEXT,
        "code": TEXT,
        "request_id": TEXT,
        "errors": several(PROBLEM_ITEM),
        "version": {**WHOLE, "description": "Of the lead now, when it was changed meanwhile."},
        "existing_lead": {**TEXT, "description": "Who has the email already."},
        "count": {**WHOLE, "description": "How many leads match."},
        "retry_after": {**WHOLE, "description": "Seconds to wait."},
    },
    optional=("version", "existing_lead", "count", "retry_after"),
)


def complain(complaint: Complaint, setting: Setting) -> tuple[int, dict[str, Any]]:
    body: dict[str, Any] = {
        "type": f"{CODES_PAGE}#{complaint.code}",
        "title": HTTPStatus(complaint.status).phrase,
        "status": complaint.status,
        "detail": _detail(complaint),
        "instance": setting.path,
        "code": complaint.code,
        "request_id": setting.request_id,
        "errors": [show_problem(problem) for problem in complaint.problems],
    }
    data = complaint.data
    if "version" in data:
        body["version"] = data["version"]
    if "existing" in data:
        body["existing_lead"] = str(data["existing"])
    if "count" in data:
        body["count"] = data["count"]
    if "Retry-After" in complaint.headers:
        body["retry_after"] = int(complaint.headers["Retry-After"])
    return complaint.status, body


def show_problem(problem: Problem) -> dict[str, Any]:
    expected = problem.expected
    nearest = None
    if isinstance(expected, list | tuple | set | frozenset):
        expected = sorted(expected, key=str) if isinstance(expected, set | frozenset) else list(expected)
        words = [word for word in expected if isinstance(word, str)]
        nearest = nearest_of(problem.value, words) if isinstance(problem.value, str) else None
        expected = expected[:_MOST_EXPECTED]
    elif problem.code in _NAMED and isinstance(expected, str):
        nearest = expected
    return {
        "field": problem.field,
        "code": problem.code,
        "message": problem.message,
        "expected": expected,
        "nearest": nearest or None,
    }


def _detail(complaint: Complaint) -> str:
    count = len(complaint.problems)
    if count > 1:
        return _("%(first)s And %(more)d more; see errors.") % {"first": complaint.message, "more": count - 1}
    return complaint.message
