"""A file as rows of an import: laid out, mapped, and read from the beginning as often as wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.errors import Problem
from leads.imports.bodies import BodyReader, guess_dialect
from leads.imports.delimited import ERROR_COLUMNS
from leads.imports.desk import Desk
from leads.imports.guess import guess
from leads.imports.layout import Layout, flatten, lay_out, read_objects, read_rows
from leads.imports.mapping import ColumnMap, judge_header
from leads.imports.reading import Reader
from leads.imports.row import Row
from leads.imports.source import Kind, Source, Unreadable


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
        return partial(_flat_row, reader) if self.layout.is_json else reader.row


def _flat_row(reader: Reader, number: int, body: dict[str, object], problem: Problem | None) -> Row:
    flat = flatten(body)
    cells = [flat.get(name, "") for name in reader.header]
    told = {key: value for key, value in body.items() if key not in ERROR_COLUMNS}
    return reader.row(number, cells, problem, columns=told)


def open_rows(source: Source, workspace: Workspace, mapping: ColumnMap | None = None) -> Opened:
    """By the mapping, or by a good guess where there is none. Refuses what does not fit the file."""
    wanted = mapping or ColumnMap()
    if wanted.dialect and source.kind not in {Kind.JSON, Kind.LINES}:
        raise Unreadable(
            "not_json", _("Only JSON is read in the words of a dialect; map the columns instead.")
        )
    layout = lay_out(source, header=wanted.header, delimiter=wanted.delimiter, sheet=wanted.sheet)
    if mapping is not None:
        return Opened(source, workspace, layout, mapping, False, _left_out(mapping, layout))
    if layout.is_json and (dialect := guess_dialect(layout.bodies)):
        words = _("The objects are read in the words of the dialect “%s”.")
        return Opened(source, workspace, layout, ColumnMap(dialect=dialect), True, [words % dialect])
    guessed, notes = guess(layout, Desk(workspace).definitions, workspace.region)
    return Opened(source, workspace, layout, guessed, True, notes)


def with_constants(opened: Opened, constants: dict[str, object]) -> Opened:
    return replace(opened, mapping=opened.mapping.with_constants(constants))


def _left_out(mapping: ColumnMap, layout: Layout) -> list[str]:
    if mapping.dialect:
        return []
    left_out = judge_header(mapping, layout.header)
    if not left_out:
        return []
    return [_("Left out, because the mapping does not name them: %s.") % ", ".join(left_out)]
