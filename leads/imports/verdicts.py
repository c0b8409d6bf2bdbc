"""What became of each row, and the sums that have to agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from leads.errors import Problem
from leads.imports.row import Row

Result = Literal["created", "updated", "unchanged", "skipped", "refused"]
STORED: Final = frozenset({"created", "updated", "unchanged"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems` say why a row was refused, or passed over; `by` is the kind of key that met the lead."""

    result: Result
    lead_id: UUID | None = None
    problems: tuple[Problem, ...] = ()
    by: str = ""


@dataclass(slots=True)
class Tally:
    counts: dict[Result, int] = field(default_factory=dict)
    unstored: list[tuple[Row, Verdict]] = field(default_factory=list)
    # Rows that are stored with a phone that is no number, as their vendor has it.
    uncallable: int = 0

    def add(self, row: Row, verdict: Verdict) -> None:
        self.counts[verdict.result] = self.counts.get(verdict.result, 0) + 1
        if verdict.result not in STORED:
            self.unstored.append((row, verdict))

    @classmethod
    def of(cls, judged: Iterable[tuple[Row, Verdict]]) -> Tally:
        tally = cls()
        for row, verdict in judged:
            tally.add(row, verdict)
        return tally
