"""One row of a file that is imported: what it asks for, or why it could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from leads.change import LeadChange
from leads.errors import Problem
from leads.validation import Clean


def in_file(problem: Problem) -> Problem:
    """A request has a body, and is sent; a row of a file has neither."""
    if problem.field != "body":
        return problem
    words = _("The row names nobody; give it a name, a business name, an email, a phone or an external id.")
    return replace(problem, field="", message=words)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning a row came to, with the phone numbers of a region: the values that hold, and what is
    wrong with the others."""

    region: str
    clean: Clean
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """What an exported lead brings along and a new one is given: its id (if nobody has it), its times."""

    id: UUID | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where the row begins in the file, from 1, and rises from row to row. `columns` are the
    input's own, as read, for the file of refused rows. A row that could not be read has no change.
    `offset` is where a reader that can jump there would go on behind this row. `cleaned` is what another
    process has done with it already."""

    line: int
    columns: Mapping[str, object]
    change: LeadChange | None
    problems: tuple[Problem, ...] = ()
    own: Own | None = None
    offset: int = 0
    cleaned: Cleaned | None = None
