"""XLSX: sizes are judged before anything is unpacked, entities are refused, rows come one at a time."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from leads.imports.delimited import MOST_COLUMNS, Record, too_wide
from leads.imports.source import MIB, Source, Unreadable

MOST_ROWS: Final = 1_048_576
_MOST_PARTS: Final = 5000
_MOST_UNPACKED: Final = 1536 * MIB
# What is held in memory as a whole: the shared texts above all.
_MOST_HELD: Final = 64 * MIB
_BEST_RATIO: Final = 150
_UNSUSPECTED: Final = 16 * MIB
_LONGEST_ROW: Final = 16 * MIB
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WITHOUT_RESULT: Final = re.compile(
    rb"<c\b[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


class Workbook:
    """The first sheet that can be seen and has rows, or the one that is named."""

    def __init__(self, book: Any, wanted: str = "") -> None:
        seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not seen:
            raise Unreadable("no_sheet", _("The file has no sheet with rows."))
        by_name = {sheet.title: sheet for sheet in seen}
        if len(by_name) == 1:
            wanted = ""  # there is nothing to choose; a file of refused rows has a sheet of its own
        if wanted and wanted not in by_name:
            words = _("There is no sheet “%(name)s”; there are: %(known)s.")
            raise Unreadable("no_sheet", words % {"name": wanted, "known": ", ".join(by_name)})
        self.candidates = [by_name[wanted]] if wanted else seen
        self.sheet = self.candidates[0]
        self.known = tuple(by_name)
        self.without_result = 0

    @property
    def others(self) -> list[str]:
        return [name for name in self.known if name != self.sheet.title]

    def choose(self, judge: Callable[[Any], int]) -> None:
        """A sheet is judged before a row of it is read."""
        for sheet in self.candidates:
            self.sheet, self.without_result = sheet, judge(sheet)
            if next(self.records(), None) is not None:
                return
        self.sheet = self.candidates[0]

    def records(self) -> Iterator[Record]:
        # What a file says of its own size is not believed: it would be padded to that.
        self.sheet.reset_dimensions()
        try:
            for line, row in enumerate(self.sheet.iter_rows(values_only=True), start=1):
                if line > MOST_ROWS:
                    raise Unreadable(
                        "too_many_rows", _("The sheet says it has more rows than a sheet can have.")
                    )
                if not row:
                    continue
                width = len(row)
                while width and row[width - 1] in (None, ""):
                    width -= 1
                if width > MOST_COLUMNS:
                    raise too_wide(line, width)
                if width:
                    yield line, [_text(cell) for cell in row[:width]]
        except _BROKEN as error:
            raise _damaged() from error


@contextmanager
def open_workbook(source: Source, wanted: str = "") -> Iterator[Workbook]:
    with source.open() as file:
        _judge_sizes(file)
        file.seek(0)
        try:
            with warnings.catch_warnings():
                # It warns of features it leaves out, such as validations; none of them holds a value.
                warnings.simplefilter("ignore")
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
                found = Workbook(book, wanted)
        except Unreadable:
            raise
        except _BROKEN as error:
            raise _damaged() from error
        try:
            found.choose(lambda sheet: _judge_rows(book, sheet))
            yield found
        finally:
            book.close()


def _judge_sizes(file: BinaryIO) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except _BROKEN as error:
        raise _damaged() from error
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise Unreadable("not_a_workbook", _("This is a ZIP file and no spreadsheet; unpack it first."))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise _bomb()
    for part in parts:
        if part.file_size > max(_UNSUSPECTED, _BEST_RATIO * part.compress_size):
            raise _bomb()
        is_rows = part.filename.startswith(("xl/worksheets/sheet", "/xl/worksheets/sheet"))
        if not is_rows and part.filename.endswith((".xml", ".rels")) and part.file_size > _MOST_HELD:
            words = _("The texts of this spreadsheet are too many to hold at once; save it as CSV.")
            raise Unreadable("too_large", words)


def _judge_rows(book: Any, sheet: Any) -> int:
    """How many formulas come without a result. A single row past all measure is refused."""
    found, held = 0, b""
    with book._archive.open(sheet._worksheet_path) as part:
        try:
            while chunk := part.read(MIB):
                held += chunk
                end = held.rfind(b"</row>")
                if end < 0 and len(held) > _LONGEST_ROW:
                    raise _bomb()
                if end >= 0:
                    found += len(_WITHOUT_RESULT.findall(held, 0, end))
                    held = held[end:]
        except _BROKEN as error:
            raise _damaged() from error
    return found


def _text(cell: object) -> str:
    """As somebody would have typed it; days and moments as ISO has them."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _ESCAPED.sub(_unescaped, cell) if "_x" in cell else cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell.total_seconds()) if isinstance(cell, timedelta) else str(cell)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


# A damaged file breaks this library in many ways; each says the same to who sent it.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    OSError,
    EOFError,
    OverflowError,
)


def _damaged() -> Unreadable:
    words = _("The spreadsheet is damaged or not made by a spreadsheet program; save it again, or as CSV.")
    return Unreadable("broken_workbook", words)


def _bomb() -> Unreadable:
    return Unreadable("bomb", _("The spreadsheet unpacks to far more than a list of leads does."))
