"""A tag's name as it is shown, and the form by which two spellings are one tag."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.text import check_length, clean_line, strip_unseen

_JOINERS: Final = re.compile("[\u200c\u200d]")


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
    """NFKC, casefold, single spaces, no joiners; also for text to look up, which may be no tag at all."""
    if text.isascii():
        return " ".join(text.lower().split())
    folded = normalize("NFKC", _JOINERS.sub("", strip_unseen(text)))
    # Twice, because compatibility forms can hide capitals in turn.
    for _step in range(2):
        folded = normalize("NFKC", folded.casefold())
    return " ".join(folded.split())
