"""A file that is to be imported, as bytes on disk: what kind it is, unpacked within bounds, and its hash."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, BinaryIO, Final

from django.utils.translation import gettext as _

from leads.errors import LeadError

MIB: Final = 1 << 20
_HEAD: Final = 1 << 16
# Lists of people pack five to thirty times; what packs better is nothing but a bomb.
_BEST_RATIO: Final = 200
_UNSUSPECTED: Final = 4 * MIB
_MOST_UNPACKED: Final = 16 << 30
MOST_BYTES: Final = 4 << 30
_BOM: Final = b"\xef\xbb\xbf"
_MARKUP: Final = (b"<html", b"<!doctype", b"<?xml", b"<table")


class Unreadable(LeadError):
    """A file, or its mapping, that nothing can be made of; `reason` is the coded fact."""

    code = "unreadable"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Kind(StrEnum):
    DELIMITED = "csv"
    WORKBOOK = "xlsx"
    JSON = "json"
    LINES = "jsonl"


_KIND_OF_SUFFIX: Final = {
    ".csv": Kind.DELIMITED,
    ".tsv": Kind.DELIMITED,
    ".tab": Kind.DELIMITED,
    ".txt": Kind.DELIMITED,
    ".xlsx": Kind.WORKBOOK,
    ".xlsm": Kind.WORKBOOK,
    ".jsonl": Kind.LINES,
    ".ndjson": Kind.LINES,
}


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    name: str
    kind: Kind
    is_packed: bool = False

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes from the beginning, unpacked."""
        with open(self.path, "rb") as file:
            yield io.BufferedReader(_Unpacked(file), MIB) if self.is_packed else file

    def hash(self) -> str:
        """Of the bytes as they lie on disk; an own one per content, whatever the file is called."""
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def find_source(path: Path, name: str = "") -> Source:
    """What lies there, judged by its content first, and by its name where content may be either."""
    name = name or path.name
    try:
        if not path.is_file():
            raise FileNotFoundError(2, _("There is no such file"))
        with open(path, "rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        found = Source(path, name, Kind.DELIMITED, is_packed)
        with found.open() as content:
            head = content.read(_HEAD)
    except OSError as error:
        words = _("%(file)s cannot be read: %(why)s.")
        raise Unreadable("unreadable", words % {"file": name, "why": error.strerror or error}) from None
    suffix = Path(name.removesuffix(".gz")).suffix.lower()
    kind = _kind_of(head, suffix)
    if kind == Kind.WORKBOOK and is_packed:
        raise Unreadable("packed_workbook", _("A spreadsheet is packed already; unpack the .gz first."))
    return Source(path, name, kind, is_packed)


def spool(stream: IO[bytes], path: Path) -> None:
    """Keep what comes from a pipe or an upload, so that it can be read twice and gone on with."""
    written = 0
    with open(path, "wb") as file:
        while chunk := stream.read(MIB):
            written += len(chunk)
            if written > MOST_BYTES:
                words = _("The file is larger than %d GiB; split it.") % (MOST_BYTES >> 30)
                raise Unreadable("too_large", words)
            file.write(chunk)


def _kind_of(head: bytes, suffix: str) -> Kind:
    if head.startswith(b"PK\x03\x04"):
        return Kind.WORKBOOK
    _refuse_foreign(head)
    text = head.removeprefix(_BOM).lstrip()
    if not text:
        raise Unreadable("empty_file", _("The file is empty."))
    if suffix in _KIND_OF_SUFFIX:
        kind = _KIND_OF_SUFFIX[suffix]
        if kind == Kind.WORKBOOK:
            raise Unreadable("not_a_workbook", _("This is no .xlsx file, although it is called one."))
        return kind
    if text.startswith(b"["):
        return Kind.JSON
    if text.startswith(b"{"):
        # An object on each line is JSON Lines; one over several lines, or alone in its file, holds a list.
        first, _end, rest = text.partition(b"\n")
        is_whole = first.rstrip().endswith(b"}")
        return Kind.LINES if is_whole and (rest.strip() or suffix != ".json") else Kind.JSON
    return Kind.JSON if suffix == ".json" else Kind.DELIMITED


def _refuse_foreign(head: bytes) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        words = _(
            "This is an old Excel file, or one with a password. Save it as .xlsx without one, or as CSV."
        )
        raise Unreadable("old_workbook", words)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:4096].count(0) > len(head[:4096]) // 8:
        words = _("This is UTF-16 or no text at all. Save it as “CSV UTF-8”, or as .xlsx.")
        raise Unreadable("not_text", words)
    if head.removeprefix(_BOM).lstrip()[:9].lower().startswith(_MARKUP):
        words = _(
            "This is a web page or XML, whatever it is called. Open it as a table and save it as .xlsx."
        )
        raise Unreadable("not_a_table", words)
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")):
        raise Unreadable("not_a_table", _("This is no table. Send CSV, XLSX, JSON or JSON Lines."))


class _Unpacked(io.RawIOBase):
    """gzip, which is given up once it unpacks to more than any real list does."""

    def __init__(self, file: BinaryIO) -> None:
        self._packed = file
        self._file = gzip.GzipFile(fileobj=file)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            read = self._file.readinto(buffer)
        except (OSError, EOFError, zlib.error):
            raise Unreadable("broken_gzip", _("The .gz file is damaged; send it again.")) from None
        self._size += read
        suspect = self._size > max(_UNSUSPECTED, _BEST_RATIO * self._packed.tell())
        if suspect or self._size > _MOST_UNPACKED:
            raise Unreadable("bomb", _("The .gz file unpacks to far more than a list of leads does."))
        return read
