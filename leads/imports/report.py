"""What came of an import: sums that must agree, what was wrong how often, and the file of refused rows."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final, Protocol
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.errors import Problem
from leads.imports.books import about
from leads.imports.cells import defuse
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.engine import COUNTS, UNCALLABLE
from leads.imports.layout import SURPLUS
from leads.imports.naming import ColumnNames
from leads.imports.row import Row
from leads.imports.verdicts import Verdict
from leads.models import ImportBatch, ImportRow

_MOST_KINDS: Final = 200
_MOST_WORDINGS: Final = 5
# Names that are unknown are what somebody has to make here, or to correct there; each is worth its line.
_MOST_NAMES: Final = 50
_NAMES: Final = frozenset({"unknown_code", "not_found"})
_PAGE: Final = 500


@dataclass(slots=True)
class Kind:
    """One thing that is wrong: how often, where first, and in which words. `same` is the line of the row
    that the first one repeats, `lead` the lead that it met."""

    result: str
    field: str
    code: str
    message: str
    first: int
    count: int = 0
    same: int = 0
    lead: str = ""


@dataclass(slots=True)
class Causes:
    """Why rows were refused or passed over, counted; a row may count for several. What is worded in many
    ways, such as with the value, is counted together behind the first few."""

    kinds: dict[tuple[str, str, str, str], Kind] = field(default_factory=dict)
    _wordings: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(
        self, line: int, result: str, problems: Iterable[Mapping[str, Any]], lead: UUID | None = None
    ) -> None:
        for problem in problems:
            fact = result, str(problem["field"]), str(problem["code"])
            message = str(problem["message"])
            kind = self.kinds.get((*fact, message)) or self._others(fact, message, line)
            if kind is not None:
                kind.count += 1
            if kind is not None and kind.count == 1:
                kind.lead = str(lead or "")
                if fact[2] == "duplicate_row" and isinstance(problem.get("value"), int):
                    kind.same = problem["value"]

    def _others(self, fact: tuple[str, str, str], message: str, line: int) -> Kind | None:
        """A wording that is new: a kind of its own, or, once there are many, one of the others."""
        is_further = self._wordings[fact] >= (_MOST_NAMES if fact[2] in _NAMES else _MOST_WORDINGS)
        key = (*fact, "" if is_further else message)
        if key not in self.kinds and len(self.kinds) < _MOST_KINDS:
            self._wordings[fact] += 1
            words = _("Others of this kind, such as: %s") % message if is_further else message
            self.kinds[key] = Kind(*fact, words, line)
        return self.kinds.get(key)

    def most(self, count: int = 10) -> list[Kind]:
        return sorted(self.kinds.values(), key=lambda kind: (-kind.count, kind.first))[:count]


class Disagreement(Exception):
    """The counts do not add up: a mistake of ours, which no report may paper over."""


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """The counts of a batch, which have to agree."""
    counts = {name: int(getattr(batch, name)) for name in COUNTS}
    if counts["read"] != sum(counts.values()) - counts["read"]:
        raise Disagreement(
            _("The counts of import %(id)s do not agree: %(counts)s.") % {"id": batch.pk, "counts": counts}
        )
    return counts


def notices_of(batch: ImportBatch, figure: Callable[[int], str] = "{:,}".format) -> list[str]:
    """What is stored, or would be, and is perhaps not meant."""
    count = batch.options.get(UNCALLABLE, 0)
    words = ngettext(
        "%s phone is no number that can be called; it is kept as it stands.",
        "%s phones are no numbers that can be called; they are kept as they stand.",
        count,
    )
    return [words % figure(count)] if count else []


def causes_of(batch: ImportBatch) -> Causes:
    causes = Causes()
    for row in unstored_rows(batch):
        causes.add(row.line, row.result, row.problems, row.lead_id)
    return causes


def unstored_rows(batch: ImportBatch, result: str = "") -> Iterator[ImportRow]:
    """Those that were refused or passed over, a page at a time."""
    rows = ImportRow.objects.filter(workspace=batch.workspace_id, batch=batch).order_by("line")
    rows = rows.filter(result=result) if result else rows
    last = -1
    while page := list(rows.filter(line__gt=last)[:_PAGE]):
        last = page[-1].line
        yield from page


def first_refused(batch: ImportBatch, count: int) -> list[ImportRow]:
    rows = ImportRow.objects.filter(workspace=batch.workspace_id, batch=batch, result="refused")
    return list(rows.order_by("line")[:count])


class ErrorFile(Protocol):
    def add(self, line: int, columns: Mapping[str, Any], problems: Iterable[Mapping[str, Any]]) -> None:
        """One refused row, as it was in the input, and why."""


def error_file(batch: ImportBatch, stream: IO[str]) -> ErrorFile:
    """In the form of the input, so that it can be corrected and fed back as it is."""
    told, columns = about(batch), ColumnNames(batch)
    if told.kind in {"json", "jsonl"}:
        return _Lines(stream, columns)
    return _Table(stream, told.header, told.delimiter, columns)


def error_suffix(batch: ImportBatch) -> str:
    return "jsonl" if about(batch).kind in {"json", "jsonl"} else "csv"


def write_errors(batch: ImportBatch, stream: IO[str]) -> int:
    """The refused rows of a batch that is stored; how many they are."""
    file, count = error_file(batch, stream), 0
    for row in unstored_rows(batch, "refused"):
        file.add(row.line, row.columns, row.problems)
        count += 1
    return count


def refused_rows(batch: ImportBatch) -> Iterator[bytes]:
    """The file of refused rows, a piece at a time."""
    piece = io.StringIO()
    file = error_file(batch, piece)
    for row in unstored_rows(batch, "refused"):
        file.add(row.line, row.columns, row.problems)
        if piece.tell() > 32 * 1024:
            yield piece.getvalue().encode()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue().encode()


def as_told(row: Row, verdict: Verdict) -> tuple[int, Mapping[str, Any], list[dict[str, Any]]]:
    """The same of a row that was not stored anywhere, as in a rehearsal."""
    return row.line, row.columns, [_told(problem) for problem in verdict.problems]


def _told(problem: Problem) -> dict[str, Any]:
    told = {"field": problem.field, "code": problem.code, "message": problem.message}
    return {**told, "value": problem.value}


def _reasons(
    line: int, problems: Iterable[Mapping[str, Any]], columns: ColumnNames
) -> tuple[str, str, str, str]:
    found = list(problems)
    named = [(columns.of(str(problem["field"])), str(problem["message"])) for problem in found]
    return (
        str(line),
        "; ".join(str(problem["field"]) for problem in found),
        "; ".join(str(problem["code"]) for problem in found),
        " ".join(f"{column}: {message}" if column else message for column, message in named),
    )


class _Table:
    def __init__(self, stream: IO[str], header: list[str], delimiter: str, columns: ColumnNames) -> None:
        self._columns = columns
        self._header = [name for name in header if name not in ERROR_COLUMNS]
        self._writer = csv.writer(stream, delimiter=delimiter)
        stream.write("\ufeff")
        self._writer.writerow([*map(defuse, self._header), *ERROR_COLUMNS])

    def add(self, line: int, columns: Mapping[str, Any], problems: Iterable[Mapping[str, Any]]) -> None:
        cells = [defuse(str(columns.get(name, ""))) for name in self._header]
        # Behind the reasons, under no name, so that the row is refused until somebody has put them in place.
        surplus = [defuse(str(cell)) for cell in columns.get(SURPLUS, ())]
        self._writer.writerow([*cells, *map(defuse, _reasons(line, problems, self._columns)), *surplus])


class _Lines:
    def __init__(self, stream: IO[str], columns: ColumnNames) -> None:
        self._stream, self._columns = stream, columns

    def add(self, line: int, columns: Mapping[str, Any], problems: Iterable[Mapping[str, Any]]) -> None:
        reasons = _reasons(line, problems, self._columns)
        told = {**columns, **dict(zip(ERROR_COLUMNS, reasons, strict=True))}
        self._stream.write(json.dumps(told, ensure_ascii=False) + "\n")
