"""A file as rows of an import: laid out, mapped, and read from the beginning as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.errors import Problem
from leads.imports.again import mapping_of_refused
from leads.imports.bodies import BodyReader, guess_dialect, unknown_keys
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.desk import Desk
from leads.imports.guess import guess
from leads.imports.layout import Layout, flatten, lay_out, read_objects, read_rows
from leads.imports.mapping import ColumnMap, judge_header
from leads.imports.reading import Reader
from leads.imports.row import Row
from leads.imports.source import Kind, Source, Unreadable

_MOST_WARNINGS: Final = 50


@dataclass(slots=True)
class Opened:
    """`notes` are for whoever decides about the mapping, `layout.warnings` about the file itself."""

    source: Source
    workspace: Workspace
    layout: Layout
    mapping: ColumnMap
    is_guessed: bool
    notes: list[str] = field(default_factory=list)

    def rows(self, first: int = 0) -> Iterator[Row]:
        """Those from line `first` on; what stands before is read and not mapped."""
        make = self.maker(Desk(self.workspace))
        for raw in self.raw(first):
            yield make(*raw)

    def raw(self, first: int = 0) -> Iterator[tuple[int, Any, Problem | None]]:
        """As they are in the file, by line: cells or an object, and why it is no row."""
        is_json = self.layout.is_json or bool(self.mapping.dialect)
        read = read_objects(self.source) if is_json else read_rows(self.source, self.layout)
        return (raw for raw in read if raw[0] >= first)

    def maker(self, desk: Desk) -> Callable[[int, Any, Problem | None], Row]:
        """What makes a row of one as it is in the file."""
        if self.mapping.dialect:
            bodies = BodyReader(self.mapping, desk)
            return lambda number, body, problem: (
                Row(number, body, None, (problem,)) if problem else bodies.row(number, body)
            )
        reader = Reader(self.mapping, self.layout.header, desk)
        return partial(_flat_row, reader, self.layout) if self.layout.is_json else reader.row


def _flat_row(
    reader: Reader, layout: Layout, number: int, body: dict[str, object], problem: Problem | None
) -> Row:
    flat = flatten(body)
    if not reader.knows(flat):
        _tell_of_late(flat, layout)
    cells = [flat.get(name, "") for name in reader.header]
    told = {key: value for key, value in body.items() if key not in ERROR_COLUMNS}
    return reader.row(number, cells, problem, columns=told)


def _tell_of_late(flat: Mapping[str, str], layout: Layout) -> None:
    for name in flat.keys() - {*layout.header, *ERROR_COLUMNS}:
        words = _("Left out, because none of the first objects has it, and no mapping names it: %s.") % name
        if words not in layout.warnings and len(layout.warnings) < _MOST_WARNINGS:
            layout.warnings.append(words)


def open_rows(source: Source, workspace: Workspace, mapping: ColumnMap | None = None) -> Opened:
    """By the mapping, or by a good guess where there is none. Refuses what does not fit the file."""
    wanted = mapping or ColumnMap()
    if wanted.dialect and source.kind not in {Kind.JSON, Kind.LINES}:
        raise Unreadable(
            "not_json", _("Only JSON is read in the words of a dialect; map the columns instead.")
        )
    layout = lay_out(source, header=wanted.header, delimiter=wanted.delimiter, sheet=wanted.sheet)
    if mapping is None and (met := mapping_of_refused(workspace, layout)):
        layout.add_columns(met[0].columns if layout.is_json else ())
        return Opened(source, workspace, layout, met[0], False, [met[1]])
    if mapping is not None:
        return Opened(source, workspace, layout, mapping, False, _left_out(mapping, layout))
    if layout.is_json and (dialect := guess_dialect(layout.bodies)):
        spoken = ColumnMap(dialect=dialect)
        words = _("The objects are read in the words of the dialect “%s”.") % dialect
        return Opened(source, workspace, layout, spoken, True, [words, *_left_out(spoken, layout)])
    guessed, notes = guess(layout, Desk(workspace).definitions, workspace.region)
    return Opened(source, workspace, layout, guessed, True, notes)


def _left_out(mapping: ColumnMap, layout: Layout) -> list[str]:
    if mapping.dialect:
        unknown = unknown_keys(layout.bodies, mapping.dialect)
        words = _("Left out, because the dialect has no such key: %s.")
        return [words % ", ".join(unknown)] if unknown and mapping.dialect != "hub" else []
    notes = []
    if layout.is_json:
        missing = [name for name in mapping.columns if name not in layout.header and mapping.columns[name]]
        layout.add_columns(missing)
        words = _("None of the first objects has: %s. Check how that is written in the mapping.")
        notes += [words % ", ".join(missing)] if missing else []
    left_out = judge_header(mapping, layout.header)
    words = _("Left out, because the mapping does not name them: %s.")
    return [*notes, words % ", ".join(left_out)] if left_out else notes
