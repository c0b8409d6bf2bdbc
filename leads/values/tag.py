"""A tag's name as it is shown, and the form by which two spellings are one tag."""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.text import check_length, clean_line, strip_unseen


class TagName(NamedTuple):
    name: str
    normalized: str


def clean_tag(raw: object) -> TagName:
    name = clean_line(raw, LIMITS.tag)
    normalized = tag_key(name)
    if not normalized:
        raise ValidationError(_("Give the tag a name."), code="required")
    return TagName(name, check_length(normalized, LIMITS.tag_key))


def tag_key(text: str) -> str:
    """NFKC, casefold, single spaces; also for text to look up, which may be no tag at all."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = normalize("NFKC", normalize("NFKC", strip_unseen(text)).casefold())
    # Compatibility forms can hide capitals and spaces in turn.
    return " ".join(strip_unseen(normalize("NFKC", folded.casefold())).split())
