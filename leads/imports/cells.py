"""One cell of a table: read as a day, a moment, a number or yes and no; and kept from being a formula."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads import values

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED: Final = re.compile(r"'+[=+\-@\t\r]")
_PARTS: Final = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<short>[0-9]{2})",
    "MM": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{1,2})",
    "hh": r"(?P<hour>[0-9]{1,2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "AM": r"(?P<half>[AaPp][Mm])",
}
_PART: Final = re.compile("|".join(_PARTS))
# Tried in turn for what a moment may look like when its mapping names a day only.
_CLOCK: Final = re.compile(r"[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?([AaPp][Mm])?$")
_SIGNS: Final = re.compile(r"^[^\d+\-.,]+|[^\d.,]+$")
NUMBER_STYLES: Final = {"1,234.56": (",", "."), "1.234,56": (".", ","), "1 234,56": (" ", ",")}
DAY_STYLES: Final = ("YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY")


def defuse(cell: str) -> str:
    """What a spreadsheet would take for a formula begins with an apostrophe; reading takes it off again."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def as_meant(cell: str) -> str:
    return cell[1:] if _DEFUSED.match(cell) else cell


def date_reader(style: str) -> Callable[[str], date]:
    pattern = _pattern(style)

    def read(cell: str) -> date:
        text = cell.strip()
        if found := pattern.fullmatch(_CLOCK.sub("", text)):
            return _day(found, style)
        # Excel's own days come as ISO text, whatever the others in the column look like.
        try:
            return values.clean_date(text[:10] if text[10:11] in {"T", " "} else text)
        except ValidationError as refusal:
            raise _not_so(style, refusal) from None

    return read if style != "YYYY-MM-DD" else _iso_day


def moment_reader(style: str, zone: tzinfo) -> Callable[[str], datetime]:
    """A moment, or a day, which begins at midnight; one that names no zone is in that of the workspace."""
    pattern = _pattern(style)

    def read(cell: str) -> datetime:
        text = cell.strip()
        clock = _CLOCK.search(text)
        if found := pattern.fullmatch(_CLOCK.sub("", text)):
            day = _day(found, style)
            hour, minute, second = _time(found, clock)
            try:
                moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
            except ValueError:
                raise _no_date(style) from None
            return values.clean_moment(moment)
        try:
            return values.clean_moment(f"{text}T00:00" if len(text) == 10 else text, zone)
        except ValidationError as refusal:
            raise refusal if style == "YYYY-MM-DD" else _not_so(style, refusal) from None

    return read


def number_reader(style: str) -> Callable[[str], str]:
    """Plain digits out of what is written with separators and a currency sign, as the mapping says."""
    grouping, point = NUMBER_STYLES[style]
    written = re.compile(
        rf"[+-]?(?:\d{{1,3}}(?:{re.escape(grouping)}\d{{3}})+|\d+)(?:{re.escape(point)}\d+)?"
    )

    def read(cell: str) -> str:
        text = _SIGNS.sub("", cell.replace("\xa0", " ").replace("\u202f", " ").strip())
        if not text.isascii() or not written.fullmatch(text):
            words = _("Write a number such as %s, as the mapping of this column says.") % style
            raise ValidationError(words, code="invalid_number")
        return text.replace(grouping, "").replace(point, ".")

    return read


def yes_or_no(cell: str) -> bool:
    return values.clean_boolean(cell, words=True)


def is_since(cell: str) -> bool:
    """Of consent: the day since when, and no yes or no, which may be 1 or 0."""
    return cell.strip()[:1].isdigit() and len(cell.strip()) > 1


def is_date_style(style: str) -> bool:
    names = set(_PART.findall(style))
    return {"MM", "DD"} <= names and bool(names & {"YYYY", "YY"})


def _iso_day(cell: str) -> date:
    text = cell.strip()
    return values.clean_date(text[:10] if text[10:11] in {"T", " "} else text)


def _pattern(style: str) -> re.Pattern[str]:
    parts, at = [], 0
    for found in _PART.finditer(style):
        parts += [re.escape(style[at : found.start()]), _PARTS[found[0]]]
        at = found.end()
    return re.compile("".join(parts) + re.escape(style[at:]), re.ASCII)


def _day(found: re.Match[str], style: str) -> date:
    names = found.groupdict()
    short = names.get("short")
    # A year of two digits lies within the last ninety years or the next ten.
    year = int(names["year"]) if short is None else 2000 + int(short)
    if short is not None and year > date.today().year + 10:
        year -= 100
    try:
        return date(year, int(names["month"]), int(names["day"]))
    except ValueError:
        raise _no_date(style) from None


def _time(found: re.Match[str], clock: re.Match[str] | None) -> tuple[int, int, int]:
    names = found.groupdict()
    parts = [names.get("hour"), names.get("minute"), names.get("second"), names.get("half")]
    if clock is not None and parts[0] is None:
        parts = list(clock.groups())
    hour, minute, second = (int(part or 0) for part in parts[:3])
    if parts[3]:
        hour = hour % 12 + (12 if parts[3].lower() == "pm" else 0)
    return hour, minute, second


def _not_so(style: str, refusal: ValidationError) -> ValidationError:
    """To ask for another way of writing than the column's would mislead."""
    words = _("Write the day as %s, as the mapping of this column says.") % style
    return ValidationError(words, code=refusal.code)


def _no_date(style: str) -> ValidationError:
    words = _("There is no such day; the mapping of this column says %s.") % style
    return ValidationError(words, code="invalid_date")
