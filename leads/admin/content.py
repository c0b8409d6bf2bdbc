"""What the content of a file was found to be, and what a workspace takes, in the words of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_KINDS: Final[Mapping[str, str | Promise]] = {
    "pdf": "PDF",
    "image": _("photos and images"),
    "office": _("Word, Excel and the like"),
    "csv": "CSV",
}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
_TYPES: Final[Mapping[str, str | Promise]] = {
    "application/pdf": _("a PDF"),
    "image/png": _("a PNG image"),
    "image/jpeg": _("a JPEG image"),
    "image/gif": _("a GIF image"),
    "image/webp": _("a WebP image"),
    "image/tiff": _("a TIFF image"),
    "image/bmp": _("a BMP image"),
    "image/heic": _("a HEIC image"),
    "image/heif": _("a HEIF image"),
    "image/avif": _("an AVIF image"),
    f"{_OFFICE}.wordprocessingml.document": _("a Word document"),
    f"{_OFFICE}.spreadsheetml.sheet": _("an Excel workbook"),
    f"{_OFFICE}.presentationml.presentation": _("a PowerPoint presentation"),
    "application/msword": _("an old Word document"),
    "application/vnd.ms-excel": _("an old Excel workbook"),
    "application/vnd.ms-powerpoint": _("an old PowerPoint presentation"),
    "application/rtf": _("a rich text document"),
    f"{_OPEN}.text": _("an OpenDocument text"),
    f"{_OPEN}.spreadsheet": _("an OpenDocument spreadsheet"),
    f"{_OPEN}.presentation": _("an OpenDocument presentation"),
    "text/csv": _("a table as text (CSV)"),
}


def type_words(mime_type: str) -> str:
    return str(_TYPES.get(mime_type, mime_type))


def kinds_words(kinds: Iterable[str]) -> str:
    return ", ".join(str(_KINDS.get(kind, kind)) for kind in kinds)
