"""What a file is, by its content. What its sender calls it only helps to tell siblings apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final, NamedTuple

_LOOKED_AT: Final = 64 * 1024
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENT: Final = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")

_IMAGES: Final[tuple[tuple[re.Pattern[bytes], str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), mime)
    for pattern, mime in (
        (rb"\x89PNG\r\n\x1a\n", "image/png"),
        (rb"\xff\xd8\xff", "image/jpeg"),
        (rb"GIF8[79]a", "image/gif"),
        (rb"RIFF.{4}WEBP", "image/webp"),
        (rb"II\*\0|MM\0\*", "image/tiff"),
        (rb"BM.{4}\0\0\0\0", "image/bmp"),
        (rb"....ftyp(?:heic|heix|hevc|heim|heis)", "image/heic"),
        (rb"....ftyp(?:mif1|msf1)", "image/heif"),
        (rb"....ftypavif", "image/avif"),
    )
)
# A part that each of the zipped office formats has; the names of parts stand uncompressed in a zip.
_OFFICE_PARTS: Final[Mapping[bytes, str]] = {
    b"word/document": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/presentation": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
# All of these look the same from outside.
_OLD_OFFICE_BY_NAME: Final[Mapping[str, str]] = {
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_DELIMITERS: Final = ",;\t|"
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Content(NamedTuple):
    """`kind` is what a workspace accepts or not: pdf, image, office, csv."""

    kind: str
    mime_type: str


def read_content(file: BinaryIO, name: str = "") -> Content | None:
    """What the file is, from its two ends; None for anything that no workspace takes. Rewinds the file."""
    file.seek(0)
    head = file.read(_LOOKED_AT)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - _LOOKED_AT))
    tail = file.read(_LOOKED_AT)
    file.seek(0)
    return judge_content(head, tail, name)


def judge_content(head: bytes, tail: bytes, name: str = "") -> Content | None:
    ending = name.rpartition(".")[2].lower()
    if b"%PDF-" in head[:1024]:
        return Content("pdf", "application/pdf")
    for pattern, mime in _IMAGES:
        if pattern.match(head):
            return Content("image", mime)
    if office := _office(head, tail, ending):
        return Content("office", office)
    return Content("csv", "text/csv") if _is_table(head, ending) else None


def _office(head: bytes, tail: bytes, ending: str) -> str | None:
    if head.startswith(_OLD_OFFICE):
        return _OLD_OFFICE_BY_NAME.get(ending, "application/msword")
    if not head.startswith(b"PK\x03\x04"):
        return "application/rtf" if head.startswith(b"{\\rtf1") else None
    if head[30:38] == b"mimetype" and (found := _OPEN_DOCUMENT.match(head, 38)):
        return found[0].decode()
    if b"[Content_Types].xml" in head or b"[Content_Types].xml" in tail:
        for part, mime in _OFFICE_PARTS.items():
            if part in head or part in tail:
                return mime
    return None


def _is_table(head: bytes, ending: str) -> bool:
    """Text in lines of fields. Markup is text, too, but a browser might run it."""
    text = _text(head)
    if not text.strip() or _NO_TEXT.search(text) or text.lstrip().startswith("<"):
        return False
    if ending in {"csv", "tsv"}:
        return True
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    if len(lines) < 2:
        return False
    return any(0 < lines[0].count(delimiter) == lines[1].count(delimiter) for delimiter in _DELIMITERS)


def _text(head: bytes) -> str:
    """As UTF-8, where the last character may have been cut in two, else as what spreadsheets write."""
    for encoding in ("utf-8-sig", "utf-16") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(head) - 4 and len(head) == _LOOKED_AT:
                return head[: error.start].decode(encoding)
    return head.decode("latin-1")


# What a browser's file dialog offers for each kind; what came is judged by its content all the same.
OFFERED: Final[Mapping[str, str]] = {
    "pdf": ".pdf",
    "image": "image/*",
    "office": ".doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp,.rtf",
    "csv": ".csv,.tsv",
}


# What the names of such files end in.
_ENDINGS: Final[Mapping[str, str]] = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/tiff": "tif tiff",
    "image/bmp": "bmp",
    "image/heic": "heic heif",
    "image/heif": "heif heic",
    "image/avif": "avif",
    _OFFICE_PARTS[b"word/document"]: "docx docm dotx",
    _OFFICE_PARTS[b"xl/workbook"]: "xlsx xlsm xlsb xltx",
    _OFFICE_PARTS[b"ppt/presentation"]: "pptx pptm ppsx potx",
    "application/msword": "doc dot",
    "application/vnd.ms-excel": "xls xlt",
    "application/vnd.ms-powerpoint": "ppt pps",
    "application/rtf": "rtf",
    "application/vnd.oasis.opendocument.text": "odt ott",
    "application/vnd.oasis.opendocument.spreadsheet": "ods ots",
    "application/vnd.oasis.opendocument.presentation": "odp otp",
    "text/csv": "csv tsv txt",
}
_ENDING: Final = re.compile(r"\.([a-z][a-z0-9]{1,4})\Z")


def false_ending(name: str, mime_type: str) -> str:
    """What the name ends in, if it promises something else than what the file is."""
    found = _ENDING.search(name.lower())
    known = _ENDINGS.get(mime_type, "").split()
    return found[1] if found and known and found[1] not in known else ""


def offered(kinds: Iterable[str]) -> str:
    return ",".join(OFFERED[kind] for kind in kinds if kind in OFFERED)
