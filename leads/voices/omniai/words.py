"""OmniAI's words for what went wrong: one sentence, one code, and the fields it concerns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from leads.voices.complaint import Complaint, Setting
from leads.voices.omniai.checklist import RULE_NAMES
from leads.voices.omniai.documents import UPLOAD
from leads.voices.omniai.leads import UPDATE
from leads.voices.omniai.log import ACTIVITY
from leads.voices.omniai.one_offs import ONE_OFF

_NAMES: Final[Mapping[str, str]] = {
    part.internal: part.name for shape in (UPDATE, ONE_OFF, ACTIVITY, UPLOAD) for part in shape.parts
}
# What is said of a file besides its bytes stands in their metadata, at the same place in the list.
_SAID_OF_FILE: Final = re.compile(r"files\[(\d+)\]\.(name|external_id)")
_METADATA: Final[Mapping[str, str]] = {"name": "name", "external_id": "externalId"}


def complain(complaint: Complaint, setting: Setting) -> tuple[int, dict[str, Any]]:
    details = [
        {"field": wire_name(problem.field), "code": problem.code, "message": problem.message}
        for problem in complaint.problems
    ]
    # One text is what every client can print, so it says which field is meant.
    sentence = f"{details[0]['field']}: {details[0]['message']}" if details else complaint.message
    code = details[0]["code"] if details else complaint.code
    return complaint.status, {"success": False, "error": sentence, "code": code, "details": details}


def wire_name(field: str) -> str:
    """ "rules.grace_period_days" is their "config.gracePeriodDays"; what they named themselves stays so."""
    if field in _NAMES:
        return _NAMES[field]
    if said := _SAID_OF_FILE.fullmatch(field):
        return f"metadata[{said[1]}].{_METADATA[said[2]]}"
    return ".".join(_parts(field))


def _parts(field: str) -> Iterator[str]:
    head, _dot, rest = field.partition(".")
    yield _NAMES.get(head, head)
    if rest:
        yield RULE_NAMES.get(rest, rest)
