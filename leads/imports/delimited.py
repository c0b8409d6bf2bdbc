"""CSV and TSV: read line by line, whatever the encoding, the delimiter and the ragged edges."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from leads.imports.cells import as_meant
from leads.imports.source import MIB, Source, Unreadable

LONGEST_LINE: Final = 4 * MIB
LONGEST_CELL: Final = MIB
MOST_COLUMNS: Final = 1000
# Columns of a file of refused rows that say why; when it is fed back, they are nobody's.
ERROR_COLUMNS: Final = ("import_line", "import_field", "import_code", "import_sentence")
DELIMITERS: Final = {",": ",", ";": ";", "\t": "\t", "tab": "\t", "|": "|"}
_SNIFFED: Final = ",;\t|"
_SAMPLED: Final = 64 * 1024
_MOSTLY: Final = 0.8
_MOST_BLANK: Final = 1_000_000

# Larger than the largest text of a lead (64 KiB), so that what is longer is told apart from a lost quote.
csv.field_size_limit(LONGEST_CELL)

Record = tuple[int, list[str]]


class Lines:
    """The lines as text. One that is no UTF-8 is read as Windows-1252, and counted."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0
        self.foreign = 0
        self.first_foreign = 0
        self.ended = False
        # Whether there was an apostrophe since somebody asked, which may be one that defuses a formula.
        self.has_apostrophe = False

    def __iter__(self) -> Iterator[str]:
        readline = self._file.readline
        while raw := readline(LONGEST_LINE):
            self.number += 1
            if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                words = _("Line %(line)d is longer than %(size)d MiB; this is no list of leads.")
                raise Unreadable("line_too_long", words % {"line": self.number, "size": LONGEST_LINE // MIB})
            try:
                line = raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError:
                line = self._read_foreign(raw)
            if "'" in line:
                self.has_apostrophe = True
            yield line
        self.ended = True

    def _read_foreign(self, raw: bytes) -> str:
        self.foreign += 1
        self.first_foreign = self.first_foreign or self.number
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")


def sniff_delimiter(source: Source, wanted: str = "") -> str:
    """The one that is wanted, but for a file of refused rows, which a spreadsheet may have saved in its own
    way. Else the one that cuts most of the first lines into the same number of cells, and into most of them;
    one that stands within cells alone does not cut the header, so it comes later."""
    with source.open() as file:
        head = file.read(_SAMPLED)
    if b"\n" not in head and head.count(b"\r") > 1:
        raise Unreadable("old_line_ends", _("The lines end as on old Macs; save the file as CSV once more."))
    lines = head.decode("utf-8-sig", "replace").splitlines(keepends=True)
    if len(head) == _SAMPLED:
        lines = lines[:-1] or lines
    for delimiter in _SNIFFED:
        # Rows that are too long are what such a file is made of, so its header says it alone.
        if set(ERROR_COLUMNS) <= set(next(csv.reader(lines[:1], delimiter=delimiter), ())):
            return delimiter
    return wanted or max(_SNIFFED, key=lambda delimiter: _fit(lines[:200], delimiter))


def _fit(lines: Sequence[str], delimiter: str) -> tuple[bool, int, float, int]:
    try:
        found = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
    except csv.Error:
        found = []
    wide = {width: count for width, count in Counter(found).items() if width > 1}
    if not wide:
        return False, -len(lines), 0.0, 0
    width, count = max(wide.items(), key=lambda one: (one[1], one[0]))
    share = count / len(found)
    return share > _MOSTLY, -found.index(width), share, width


def read_records(lines: Lines, delimiter: str) -> Iterator[Record]:
    """Each with the line it begins in. Blank lines are none."""
    reader = csv.reader(lines, delimiter=delimiter)
    begins, blank = 1, 0
    try:
        for cells in reader:
            if lines.has_apostrophe:
                cells, lines.has_apostrophe = [as_meant(cell) for cell in cells], False
            _judge(cells, begins, lines)
            if any(cells):
                yield begins, cells
            else:
                blank += 1
                if blank > _MOST_BLANK:
                    raise Unreadable("blank_lines", _("The file is blank lines for the most part."))
            begins = lines.number + 1
    except csv.Error as error:
        raise _broken(error, begins) from None


def _judge(cells: Sequence[str], line: int, lines: Lines) -> None:
    if lines.ended:
        # The reader asked for more, so it was within quotes when the file was over.
        raise _unclosed(line)
    if len(cells) > MOST_COLUMNS:
        raise too_wide(line, len(cells))


def _broken(error: csv.Error, line: int) -> Unreadable:
    if "field larger" in str(error):
        words = _(
            "A cell that begins in line %(line)d is longer than %(size)d MiB, or its quotes are never closed."
        )
        return Unreadable("unclosed_quote", words % {"line": line, "size": LONGEST_CELL // MIB})
    words = _("Line %(line)d cannot be read: %(why)s.") % {"line": line, "why": error}
    return Unreadable("broken_line", words)


def _unclosed(line: int) -> Unreadable:
    words = _("A quotation mark that is opened in line %d is never closed; close it or take it out.") % line
    return Unreadable("unclosed_quote", words)


def too_wide(line: int, width: int) -> Unreadable:
    words = _("Line %(line)d has %(width)d columns; at most %(most)d are read.")
    return Unreadable("too_many_columns", words % {"line": line, "width": width, "most": MOST_COLUMNS})
