"""From a row's cells to a change: the mapping, compiled once, so that plain columns cost next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leads.change import Archive, LeadChange, Override
from leads.errors import Problem
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.desk import Desk
from leads.imports.layout import SURPLUS
from leads.imports.mapping import ColumnMap, Reading
from leads.imports.row import Own, Row, in_file
from leads.imports.steps import Draft, step_of
from leads.voices.hub.lead import name_somebody
from leads.voices.hub.sent import read_disposition

_SECTIONS: Final = ("", "address", "profile", "metadata")
# What most imports bring: no date, no number, no words to translate.
_PLAIN: Final = frozenset({"text", "number"})

Step = Callable[[str, Draft], None]


@dataclass(slots=True)
class _Plan:
    """Columns by their place: those whose cells are taken as they are, by section, and the others."""

    plain: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {name: [] for name in _SECTIONS})
    steps: list[tuple[int, Step]] = field(default_factory=list)


class Reader:
    """Reads the rows of one file. `header` are its columns in their order."""

    def __init__(self, mapping: ColumnMap, header: Sequence[str], desk: Desk) -> None:
        self.header = list(header)
        self._known = frozenset((*header, *ERROR_COLUMNS))
        self.desk = desk
        self._empty = frozenset(mapping.empty)
        self._constants: list[str] = []
        self._plan = _Plan()
        place = {name: at for at, name in enumerate(header)}
        # Constants are columns that hold the same in every row; where a real column has a value, that counts.
        for path, value in mapping.constants.items():
            at = len(self.header) + len(self._constants)
            self._constants.append(desk.constant(value))
            self._add(at, desk.reading_of(path), path)
        for name, readings in mapping.columns.items():
            for reading in readings:
                self._add(place[name], reading, name)
        paths = {reading.target.path for readings in mapping.columns.values() for reading in readings}
        names_source = bool({"source"} & (paths | set(mapping.constants)))
        self._base: dict[str, object] = {} if names_source else {"source": "import"}
        plain = self._plan.plain
        self._fields, self._address = plain[""], plain["address"]
        self._profile, self._metadata = plain["profile"], plain["metadata"]
        self._wishes: dict[tuple[tuple[str, object], ...], Any] = {}

    def _add(self, at: int, reading: Reading, column: str) -> None:
        target = reading.target
        section = "metadata" if target.path.startswith("metadata.") else target.section
        is_field = section in self._plan.plain and target.path != "note"
        is_written_plainly = not (reading.values or reading.number or reading.order or reading.split)
        if is_field and target.reads in _PLAIN and is_written_plainly:
            self._plan.plain[section].append((at, target.path.removeprefix(f"{section}.")))
        else:
            self._plan.steps.append((at, step_of(reading, column, self.desk)))

    def knows(self, cells: Mapping[str, str]) -> bool:
        """Whether each of them has a column."""
        return cells.keys() <= self._known

    def row(
        self,
        line: int,
        cells: list[str],
        problem: Problem | None = None,
        columns: Mapping[str, object] | None = None,
    ) -> Row:
        told = dict(zip(self.header, cells, strict=False)) if columns is None else columns
        if problem is not None:
            if surplus := cells[len(self.header) :]:
                told = {**told, SURPLUS: surplus}
            return Row(line, told, None, (problem,))
        if self._empty:
            cells = ["" if cell.strip() in self._empty else cell for cell in cells]
        if self._constants:
            cells = cells + self._constants
        fields = self._base.copy()
        for at, name in self._fields:
            if (cell := cells[at]) and not cell.isspace():
                fields[name] = cell
        if not self._plan.steps:
            return Row(line, told, self._plain_change(cells, fields))
        return self._row(line, told, cells, fields)

    def _plain_change(self, cells: list[str], fields: dict[str, object]) -> LeadChange:
        missing = name_somebody(fields)
        return LeadChange(
            fields=fields,
            address=_filled(cells, self._address),
            profile=_filled(cells, self._profile),
            metadata=_filled(cells, self._metadata) or None,
            problems=(in_file(missing),) if missing else (),
        )

    def _row(self, line: int, told: Mapping[str, object], cells: list[str], fields: dict[str, object]) -> Row:
        draft = Draft(
            fields,
            _filled(cells, self._address),
            _filled(cells, self._profile),
            _filled(cells, self._metadata),
        )
        for at, step in self._plan.steps:
            if (cell := cells[at]) and not cell.isspace():
                step(cell, draft)
        if missing := name_somebody(fields):
            draft.problems.found.insert(0, in_file(missing))
        return Row(line, told, self._change(draft), own=Own(**draft.own) if draft.own else None)

    def _change(self, draft: Draft) -> LeadChange:
        archive = draft.archive
        archived = Archive(archive.get("reason"), archive.get("note")) if archive.get("archived") else None
        disposition = self._disposition(draft) if draft.disposition else None
        return LeadChange(
            fields=draft.fields,
            address=draft.address,
            profile=draft.profile,
            metadata=draft.metadata or None,
            answers=tuple(draft.answers),
            tags=draft.tag_change(),
            disposition=disposition,
            note=draft.note,
            consent=tuple(draft.consent),
            contact_points=tuple(draft.contact_points),
            archive=archived,
            override=Override(**draft.override) if "enabled" in draft.override else None,
            problems=tuple(draft.problems.found),
        )

    def _disposition(self, draft: Draft) -> Any:
        """The same few wishes come again and again."""
        key = tuple(draft.disposition.items())
        wish = self._wishes.get(key)
        if wish is None:
            before = len(draft.problems.found)
            wish = read_disposition(draft.disposition, None, draft.problems)
            if len(draft.problems.found) == before and len(self._wishes) < 1000:
                self._wishes[key] = wish
        return wish


def _filled(cells: list[str], places: list[tuple[int, str]]) -> dict[str, object]:
    if not places:
        return {}
    return {name: cell for at, name in places if (cell := cells[at]) and not cell.isspace()}
