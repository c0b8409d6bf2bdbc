"""What went wrong, before a dialect puts it into its own words and its own status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from leads.errors import (
    Ambiguous,
    Busy,
    DuplicateEmail,
    Forbidden,
    Invalid,
    LeadError,
    Malformed,
    NotFound,
    Problem,
    Refused,
    Stale,
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """`code` is the fact; `status` is what most dialects answer, and a voice may have its own table."""

    status: int
    code: str
    message: str
    problems: tuple[Problem, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """What an envelope says about the request besides: its id, its path, the moment."""

    request_id: str
    path: str
    moment: str


_USUAL: Final[Mapping[type[LeadError], int]] = {
    NotFound: 404,
    Ambiguous: 409,
    Stale: 412,
    DuplicateEmail: 409,
    Forbidden: 403,
    Refused: 409,
    Busy: 503,
}


def complaint_of(error: Malformed | Invalid | LeadError) -> Complaint:
    if isinstance(error, Malformed):
        return Complaint(400, "malformed", str(error), error.problems)
    if isinstance(error, Invalid):
        return Complaint(400, "invalid", error.problems[0].message, error.problems)
    code = error.reason if isinstance(error, Refused) else error.code
    headers = {"Retry-After": "1"} if isinstance(error, Busy) else {}
    return Complaint(_USUAL.get(type(error), 400), code, error.message, (), _data(error), headers)


def _data(error: LeadError) -> dict[str, object]:
    if isinstance(error, DuplicateEmail):
        return {"email": error.email, "existing": error.existing}
    if isinstance(error, Ambiguous):
        return {"count": error.count}
    if isinstance(error, NotFound):
        return {"of": "lead"}  # while a path that leads nowhere says nothing of the kind
    if isinstance(error, Stale):
        return {"seen": error.seen, "version": error.version}
    if isinstance(error, Forbidden):
        return {"field": error.field}
    return {}
