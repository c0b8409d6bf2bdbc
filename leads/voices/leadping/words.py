"""Leadping's words: its enumerations, and how it puts what went wrong (problem details, never 409 or 422)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from leads.models import Stage
from leads.voices.complaint import Complaint, Setting
from leads.voices.shape import Shape

PHONE_TYPES: Final = (
    "Mobile",
    "Landline",
    "Voip",
    "TollFree",
    "ShortCode",
    "PremiumRate",
    "Temporary",
    "Other",
)
LINE_TYPES: Final[Mapping[str, str]] = {"wireline": "Wireline", "wireless": "Wireless", "voip": "VoIP"}
CARRIER_TYPES: Final[Mapping[str, str]] = {
    "fixed_line": "FixedLine",
    "mobile": "Mobile",
    "voip": "Voip",
    "fixed_line_or_mobile": "FixedLineOrMobile",
    "toll_free": "TollFree",
    "premium_rate": "PremiumRate",
    "shared_cost": "SharedCost",
    "personal_number": "PersonalNumber",
    "pager": "Pager",
    "uan": "Uan",
    "voicemail": "Voicemail",
}
UNKNOWN: Final = "Unknown"

# Their category for each stage, and the stage that a category by itself stands for.
CATEGORY_OF: Final[Mapping[str, str]] = {
    Stage.NEW: "Open",
    Stage.CONTACTED: "Open",
    Stage.FOLLOW_UP: "Open",
    Stage.QUALIFIED: "Qualified",
    Stage.WON: "Converted",
    Stage.LOST: "Lost",
    Stage.INVALID: "Invalid",
    Stage.DUPLICATE: "Duplicate",
}
STAGE_OF: Final[Mapping[str, str]] = {
    "Open": Stage.CONTACTED,
    "Qualified": Stage.QUALIFIED,
    "Converted": Stage.WON,
    "Lost": Stage.LOST,
    "Invalid": Stage.INVALID,
    "Duplicate": Stage.DUPLICATE,
}

# How they type most numbers: as numbers, or as text of this form. We send numbers.
NUMERIC: Final[Mapping[str, Any]] = {
    "type": ["number", "string", "null"],
    "pattern": r"^-?(?:0|[1-9]\d*)(?:\.\d+)?$",
}

# The lead's own names of what several of their keys may be about.
_NAMES: Final[Mapping[str, str]] = {
    "tags": "tagNames",
    "tag_ids": "tagIds",
    "disposition": "outcome",
    "disposition.outcome": "outcome",
    "archive.reason": "reason",
    "archive.note": "note",
    "override": "adminEnablementOverride",
    "tag": "tagIds",
    "tag_all": "tagIds",
    "archived": "archiveFilter",
}
_TYPE_OF_INVALID: Final = "https://leadping.ai/docs/errors/validation"
# Only a repeated Idempotency-Key is answered with these; whatever else is in conflict is a bad request.
_OF_IDEMPOTENCY: Final = frozenset({"request_in_progress", "idempotency_key_reused", "answer_erased"})


@dataclass(frozen=True, slots=True)
class Words:
    """The envelope of the endpoints whose bodies have this shape: it names fields as that body does."""

    names: Shape

    def complain(self, complaint: Complaint, setting: Setting) -> tuple[int, dict[str, Any]]:
        status = _status(complaint)
        errors: dict[str, list[str]] = {}
        for problem in complaint.problems:
            errors.setdefault(self.name(problem.field), []).append(problem.message)
        body: dict[str, Any] = {
            "type": _TYPE_OF_INVALID if status == 400 else "about:blank",
            "title": "Request validation failed" if status == 400 else HTTPStatus(status).phrase,
            "status": status,
            "detail": complaint.message,
            "instance": setting.path,
        }
        return status, {**body, "errors": errors} if errors else body

    def name(self, internal: str) -> str:
        """The path of a field in their body: "contact.email" for "email". What is wrong with a row as a
        whole, such as a name that is taken, stands at its first key."""
        wire = self.names.wire_name(internal) if internal else self.names.parts[0].name
        return _NAMES.get(internal, internal) if wire == internal else wire


def _status(complaint: Complaint) -> int:
    in_conflict = complaint.status in {409, 412, 422}
    return 400 if in_conflict and complaint.code not in _OF_IDEMPOTENCY else complaint.status
