"""How a file is laid out: where its header stands, what its columns are called, a few rows to guess by."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from django.utils.translation import gettext as _

from leads.errors import Problem
from leads.imports import objects
from leads.imports.delimited import DELIMITERS, ERROR_COLUMNS, Lines, Record, read_records, sniff_delimiter
from leads.imports.source import Kind, Source, Unreadable
from leads.imports.storable import storable_text
from leads.imports.synonyms import is_usual_name
from leads.imports.workbook import open_workbook

_SAMPLED: Final = 200
# A vendor leaves out what an object lacks, so a key may come late.
_KEYS_SOUGHT: Final = 10_000
_MOST_KEYS: Final = 1000
_LOOKED_FOR_HEADER: Final = 30
_VALUE: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[+(]?\d[\d ()./-]{5,}|https?://.+", re.ASCII)
# By no name of a column: the cells of a row beyond its last column, in their order.
SURPLUS: Final = ""


@dataclass(slots=True)
class Layout:
    kind: Kind
    header: list[str]
    header_line: int = 1
    delimiter: str = ","
    sheet: str = ""
    samples: list[list[str]] = field(default_factory=list)
    # JSON alone: the first objects, by whose keys the dialect is told.
    bodies: list[dict[str, object]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_json(self) -> bool:
        return self.kind in {Kind.JSON, Kind.LINES}

    def add_columns(self, names: Iterable[str]) -> None:
        """Those that no object looked at has, and a mapping names."""
        further = [name for name in names if name not in self.header]
        self.header += further
        self.samples = [[*row, *[""] * len(further)] for row in self.samples]

    def filled(self, at: int) -> list[str]:
        """What stands in a column of the first rows."""
        return [cell for row in self.samples if (cell := row[at].strip())]


# The line, the cells in the order of the header or the object, and why it is no row.
Read = tuple[int, list[str], Problem | None]
ReadObject = tuple[int, dict[str, object], Problem | None]


def lay_out(source: Source, *, header: int = 0, delimiter: str = "", sheet: str = "") -> Layout:
    """`header` is its line and `delimiter` and `sheet` what they are, where a mapping says so."""
    if source.kind in {Kind.JSON, Kind.LINES}:
        return _lay_out_objects(source)
    layout = Layout(source.kind, [], header, sheet=sheet)
    if source.kind == Kind.DELIMITED:
        layout.delimiter = sniff_delimiter(source, DELIMITERS.get(delimiter, ""))
    records = _records(source, layout)
    try:
        first = list(islice(records, _SAMPLED))
    finally:
        records.close()
    at = _find_header(first, header)
    layout.header_line, names = first[at]
    skipped = [line for line, _cells in first[:at]]
    if skipped:
        words = _("The header was found in line %(line)d; what stands above it is left out.")
        layout.warnings.append(words % {"line": layout.header_line})
    layout.header = _named(names, layout.warnings)
    width = len(layout.header)
    layout.samples = [(cells + [""] * width)[:width] for _line, cells in first[at + 1 :]]
    return layout


def read_rows(source: Source, layout: Layout) -> Iterator[Read]:
    """Every row behind the header. A row that does not fit it is refused: which cell is whose is a guess."""
    width, pads = len(layout.header), layout.kind == Kind.WORKBOOK
    for line, cells in _records(source, layout):
        if line <= layout.header_line:
            continue
        count = len(cells)
        if count == width:
            yield line, cells, None
        elif count < width and pads:
            yield line, cells + [""] * (width - count), None
        elif count > width and not any(cells[width:]):
            yield line, cells[:width], None
        else:
            problem = Problem("", "ragged_row", _ragged(count, width))
            yield line, (cells + [""] * (width - count)), problem


def _ragged(count: int, width: int) -> str:
    words = _("This row has %(cells)d cells, and the header %(width)d; look for a lost delimiter or quote.")
    if count < width:
        words += " " + _(
            "If it only ends early, nothing is lost: its last cells stand empty in the file of refused rows, "
            "which can be imported as it is."
        )
    return words % {"cells": count, "width": width}


def read_objects(source: Source) -> Iterator[ReadObject]:
    read = objects.read_lines if source.kind == Kind.LINES else objects.read_list
    with source.open() as file:
        for number, found in read(file):
            if isinstance(found, Problem):
                yield number, {}, found
            else:
                yield number, found, None


def flatten(body: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """The leaves of an object as cells, each under its path; lists of plain values in one."""
    found: dict[str, str] = {}
    for key, value in body.items():
        path = f"{prefix}{storable_text(key)}"
        if isinstance(value, Mapping):
            found |= flatten(value, f"{path}.")
        elif isinstance(value, list):
            found |= _flatten_list(value, path)
        else:
            found[path] = plain_text(value)
    return found


def _flatten_list(value: list[object], path: str) -> dict[str, str]:
    if not any(isinstance(one, Mapping | list) for one in value):
        return {path: "; ".join(map(plain_text, value))}
    found: dict[str, str] = {}
    for number, one in enumerate(value[:10], start=1):
        found |= flatten({str(number): one}, f"{path}.")
    return found


def plain_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _records(source: Source, layout: Layout) -> Generator[Record, None, None]:
    if source.kind == Kind.WORKBOOK:
        with open_workbook(source, layout.sheet) as book:
            if not layout.samples and not layout.sheet:
                _tell_of_book(book.sheet.title, book.others, book.without_result, layout)
            yield from book.records()
        return
    with source.open() as file:
        lines = Lines(file)
        yield from read_records(lines, layout.delimiter)
    if lines.foreign:
        words = _(
            "%(count)d lines are not UTF-8 (the first is line %(line)d); they were read as Windows-1252."
        )
        layout.warnings.append(words % {"count": lines.foreign, "line": lines.first_foreign})


def _tell_of_book(title: str, others: Sequence[str], without_result: int, layout: Layout) -> None:
    layout.sheet = title
    if others:
        words = _("Only the sheet “%(name)s” is read; there are also: %(others)s.")
        layout.warnings.append(words % {"name": title, "others": ", ".join(others)})
    if without_result:
        words = _(
            "%d cells hold formulas without a result and are read as empty; open and save the file first."
        )
        layout.warnings.append(words % without_result)


def _find_header(first: Sequence[Record], wanted: int) -> int:
    """The first line that fills most of the columns; titles above it fill one or two."""
    if not first:
        raise Unreadable("empty_file", _("The file has no rows."))
    for at, (_line, cells) in enumerate(first[:_LOOKED_FOR_HEADER]):
        # The mapping is that of the import whose refused rows these are.
        if set(ERROR_COLUMNS) <= set(cells):
            return at
    if wanted:
        return _place_of(first, wanted)
    filled = [sum(1 for cell in cells if cell.strip()) for _line, cells in first[:_LOOKED_FOR_HEADER]]
    enough = max(1, max(filled) * 0.6)
    at = next(at for at, count in enumerate(filled) if count >= enough)
    if at + 1 < len(filled) and _names_more(first[at + 1][1], first[at][1]):
        at += 1
    line, cells = first[at]
    if _has_values(cells):
        words = _("Line %d holds values and no names of columns; add a line above it that names the columns.")
        raise Unreadable("no_header", words % line)
    return at


def _place_of(first: Sequence[Record], wanted: int) -> int:
    for at, (line, _cells) in enumerate(first):
        if line == wanted:
            return at
    raise Unreadable("no_header", _("There is no header in line %d.") % wanted)


def _names_more(cells: Sequence[str], above: Sequence[str]) -> bool:
    """What stands above it are groups of columns, in cells that were merged."""
    usual = sum(map(is_usual_name, cells))
    return usual > max(1, sum(map(is_usual_name, above))) and not _has_values(cells)


def _has_values(cells: Sequence[str]) -> bool:
    return any(_VALUE.fullmatch(cell.strip()) for cell in cells)


def _named(cells: Sequence[str], warnings: list[str]) -> list[str]:
    """The names, each once: the second “Email” is “Email (2)”, and one without a name goes by its place."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    names: list[str] = []
    doubled: list[str] = []
    for place, cell in enumerate(cells[:width], start=1):
        name = base = " ".join(storable_text(cell).split())[:200] or _("column %d") % place
        again = 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        if again > 1:
            doubled.append(name)
        names.append(name)
    if doubled:
        warnings.append(_("Columns of the same name are told apart as: %s.") % ", ".join(doubled))
    return names


def _without_objects(first: Sequence[ReadObject]) -> Unreadable:
    for number, _body, problem in first:
        if problem is not None:
            words = _("No object can be read; number %(line)d says: %(why)s")
            return Unreadable("no_objects", words % {"line": number, "why": problem.message})
    return Unreadable("empty_file", _("The file holds no objects."))


def _lay_out_objects(source: Source) -> Layout:
    layout = Layout(source.kind, [], 0)
    reading = read_objects(source)
    first = list(islice(reading, _SAMPLED))
    bodies = [body for _number, body, problem in first if problem is None]
    if not any(bodies):
        raise _without_objects(first)
    names: dict[str, None] = {}
    flat = [flatten(body) for body in bodies]
    further = (flatten(body) for _number, body, _problem in islice(reading, _KEYS_SOUGHT - len(first)))
    for cells in chain(flat, _until_unreadable(further)):
        names |= dict.fromkeys(cells)
    layout.header = list(names)[:_MOST_KEYS]
    layout.samples = [[cells.get(name, "") for name in layout.header] for cells in flat]
    layout.bodies = bodies
    return layout


def _until_unreadable(rows: Iterator[dict[str, str]]) -> Iterator[dict[str, str]]:
    """What breaks off there is told once the rows before it are stored."""
    try:
        yield from rows
    except Unreadable:
        return
