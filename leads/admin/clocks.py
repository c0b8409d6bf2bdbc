"""Days and times as their reader writes them; all of one request is read by one person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

from django.utils.dateformat import format as date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language

_USUAL: Final = "j M Y, H:i"
_READER: ContextVar[object] = ContextVar("reader", default=None)


@contextmanager
def read_by(person: object) -> Iterator[None]:
    """What is written meanwhile is for this person's eyes; as the zone is, so is the format."""
    before = _READER.set(person)
    try:
        yield
    finally:
        _READER.reset(before)


def written(moment: date, part: str = "", reader: object = None) -> str:
    """In the format that the reader chose; a day without a time has nothing else to tell."""
    style = getattr(reader or _READER.get(), "date_format", "") or _USUAL
    clock = min(place for place in (style.find("H"), style.find("g")) if place >= 0)
    only_day, language = style[:clock].rstrip(", "), get_language() or ""
    if not isinstance(moment, datetime):
        return _spelled(moment, only_day, language)
    here = localtime(moment)
    if part == "day":
        return _spelled(here.date(), only_day, language)
    told = _spelled(time(here.hour, here.minute), style[clock:], language)
    return told if part == "clock" else _spelled(here.date(), style[:clock], language) + told


def ended(sentence: str) -> str:
    """A sentence that ends with a time which has a full stop of its own, such as 9:00 a.m., has no second."""
    return f"{sentence[:-2]}." if sentence.endswith("..") else sentence


@lru_cache(maxsize=4096)
def _spelled(part: date | time, style: str, language: str) -> str:
    """Kept, because the hundred moments of a page are of a few days and minutes."""
    return str(date_format(part, style))
