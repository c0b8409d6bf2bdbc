"""An email address: as given, and the key that finds it again."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.text import check_length, clean_line, strip_unseen

# What ASCII forbids; outside ASCII everything visible may stand in a local part or a label (RFC 6531),
# but for the wide twins of "@" and "." that a reader would take for the real ones.
_ATOM: Final = r"[^\x00-\x20\"(),.:;<>@\[\\\]\x7f\s\uff20\uff0e\u3002\uff61]+"
_LABEL: Final = (
    r"[^\x00-/:-@\[-`{-\x7f\s\uff20\uff0e\u3002\uff61]"
    r"(?:[^\x00-,./:-@\[-`{-\x7f\s\uff20\uff0e\u3002\uff61]{0,61}"
    r"[^\x00-/:-@\[-`{-\x7f\s\uff20\uff0e\u3002\uff61])?"
)
_ADDRESS: Final = re.compile(
    rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?=[^0-9]|[0-9]+[^0-9]){_LABEL}"
)


# The commonest addresses, of which all the rules below hold.
_COMMON: Final = re.compile(
    r"(?=.{1,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[a-z0-9]{1,63}\.|[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\.)+[a-z]{2,63}"
)


class Email(NamedTuple):
    text: str
    key: str


def clean_email(raw: object) -> Email:
    """The address in NFC and its key; refused when it cannot be an address somebody receives mail at."""
    if type(raw) is str and _COMMON.fullmatch(raw):
        return Email(raw, raw.lower())
    text = clean_line(raw, LIMITS.email)
    if not text.isascii():
        text = check_length(normalize("NFC", text), LIMITS.email)
    if not _ADDRESS.fullmatch(text):
        raise ValidationError(_("Enter an email address such as name@example.com."), code="invalid_email")
    return Email(text, check_length(email_key(text), LIMITS.email))


def email_key(text: str) -> str:
    """What all spellings of one address share; also for text to look up, which may be no address at all."""
    if text.isascii():
        return text.strip().lower()
    # Folding case can undo NFC, so it is put back.
    return normalize("NFC", normalize("NFC", strip_unseen(text).strip()).casefold())
