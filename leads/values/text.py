"""Plain text: what may stand in a name, a line, a note. Also the two halves of a full name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_LINES: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_END: Final = re.compile(r"\r\n?")

# Characters that show nothing: direction marks and overrides, zero-width spaces, soft hyphens, byte order
# marks, interlinear and language tags, blank Hangul fillers. In a name or a key they only serve to deceive.
_UNSEEN: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
# The joiners U+200C and U+200D spell words in Persian and Sinhala and glue emoji together; they stay between
# two visible characters outside ASCII, and nowhere else.
_LOOSE_JOINER: Final = re.compile(
    "(?<![^\x00-\x7f\\s\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f\\s\u200c\u200d])"
)
_ACCENT: Final = re.compile("[\u0300-\u036f]")


def is_empty(value: object) -> bool:
    """Nothing was answered. False and 0 are answers, and so is an empty object."""
    return value is None or (isinstance(value, str | list) and not value)


def require_text(raw: object) -> str:
    """The text as it came, if it is one and can be stored; never a repr of something else."""
    if not isinstance(raw, str):
        raise ValidationError(_("Send a text here."), code="invalid_type")
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            raise ValidationError(
                _("This text holds half a character; send well-formed Unicode."), code="invalid_unicode"
            ) from None
    return raw


def strip_unseen(text: str) -> str:
    """The text without characters that show nothing, the same way at every door."""
    if text.isascii():
        return text
    return _LOOSE_JOINER.sub("", _UNSEEN.sub("", text))


def check_length(text: str, limit: int) -> str:
    if len(text) > limit:
        raise ValidationError(
            _("Use at most %(limit)d characters here; these are %(length)d."),
            code="too_long",
            params={"limit": limit, "length": len(text)},
        )
    return text


def clean_text(raw: object, limit: int, *, multiline: bool = False) -> str:
    """A text without control characters, trimmed; blank gives "".

    One line loses its unseen characters. Several lines are what somebody wrote, so they are kept,
    with line ends as one newline each (browsers send two characters).
    """
    return check_length(_several_lines(raw) if multiline else _one_line(raw), limit)


def clean_verbatim(raw: object, max_bytes: int = LIMITS.json_bytes) -> str:
    """Exactly as it came, blanks and line ends and all; its limit counts bytes of UTF-8."""
    text = require_text(raw)
    if "\x00" in text:
        raise ValidationError(_("Remove the NUL characters from this text."), code="control_character")
    size = len(text.encode())
    if size > max_bytes:
        raise ValidationError(
            _("Keep this under %(limit)d bytes; it is %(size)d."),
            code="too_long",
            params={"limit": max_bytes, "size": size},
        )
    return text


def clean_line(raw: object, limit: int = LIMITS.line) -> str:
    """One line with single spaces inside."""
    return check_length(" ".join(_one_line(raw).split()), limit)


def plain_line(limit: int) -> Callable[[str], object]:
    """Says of a text that `clean_line` with this limit would keep it as it is, without a closer look: visible
    ASCII with single spaces inside. Of any other text it says nothing."""
    return re.compile(rf"(?=.{{0,{limit}}}\Z)[!-~]+(?: [!-~]+)*").fullmatch


def _one_line(raw: object) -> str:
    text = require_text(raw).strip()
    _refuse(_CONTROL, text)
    return strip_unseen(text).strip()


def _several_lines(raw: object) -> str:
    text = require_text(raw).strip()
    _refuse(_CONTROL_BUT_LINES, text)
    return _LINE_END.sub("\n", text)


def _refuse(characters: re.Pattern[str], text: str) -> None:
    if characters.search(text):
        raise ValidationError(_("Remove the control characters from this text."), code="control_character")


def clean_name(raw: object) -> str:
    return clean_line(raw, LIMITS.name)


def clean_business_name(raw: object) -> str:
    return clean_line(raw, LIMITS.business_name)


def clean_source(raw: object) -> str:
    return clean_line(raw, LIMITS.source)


def clean_address_line(raw: object) -> str:
    return clean_line(raw, LIMITS.address_line)


def clean_note(raw: object) -> str:
    return clean_text(raw, LIMITS.note, multiline=True)


def split_name(full: str) -> tuple[str, str]:
    """First and last name of a full name: what stands before the first space, and the rest."""
    first, _space, last = " ".join(full.split()).partition(" ")
    return first, last


def join_name(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def search_key(text: str) -> str:
    """What a text and the words somebody looks for it with share: no accents, no case, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = _ACCENT.sub("", normalize("NFKD", strip_unseen(text)))
    return " ".join(normalize("NFKC", bare.casefold()).split())
