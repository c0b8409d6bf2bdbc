"""What can go wrong with a lead, in three families. No HTTP status here: each door has its own words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one field: where, what (a code), in words, with the value as sent."""

    field: str
    code: str
    message: str
    value: object = None
    expected: object = None


class Invalid(ValidationError):
    """The values of a change break the rules; carries every problem, none hidden."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        by_field: dict[str, list[ValidationError]] = {}
        for problem in self.problems:
            by_field.setdefault(problem.field, []).append(ValidationError(problem.message, problem.code))
        super().__init__(by_field)


class Malformed(Exception):
    """A body is not of the shape its door agreed to; says so of every key it concerns."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].message if self.problems else "")


class LeadError(Exception):
    """A write or a read was refused for a reason that is no single field's."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(LeadError):
    code = "not_found"


class Ambiguous(LeadError):
    code = "ambiguous"

    def __init__(self, message: str, count: int) -> None:
        super().__init__(message)
        self.count = count


class Stale(LeadError):
    """The lead moved on since the caller looked at it."""

    code = "changed_meanwhile"

    def __init__(
        self, message: str, seen: int, version: int, fields: dict[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.seen = seen
        self.version = version
        self.fields = fields or {}


class DuplicateEmail(LeadError):
    code = "duplicate_email"

    def __init__(self, message: str, email: str, existing: UUID) -> None:
        super().__init__(message)
        self.email = email
        self.existing = existing


class Forbidden(LeadError):
    """The caller is known, but may not do this."""

    code = "forbidden"

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Refused(LeadError):
    """A rule that needs the stored lead says no; `reason` is the coded fact.

    `is_told`: that it was refused stands on the timeline, so whoever owns the transaction lets it be stored.
    """

    def __init__(self, reason: str, message: str, *, is_told: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.is_told = is_told


class Busy(LeadError):
    """The database could not settle who goes first; trying again later is safe."""

    code = "busy"
