"""Days and moments. A moment is UTC and cut to milliseconds, because that is what every dialect shows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,12}))?)?"
    r"(?P<zone>[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))?"
)


def clean_date(raw: object) -> date:
    """A day, as YYYY-MM-DD."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if not isinstance(raw, str):
        raise ValidationError(_("Send a date as text here."), code="invalid_type")
    text = raw.strip()
    try:
        # The library alone would also take 20231225 and 2023-W52-1.
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise ValidationError(
            _("Send a date as YYYY-MM-DD, such as 2026-03-31."), code="invalid_date"
        ) from None


def clean_moment(raw: object, default_zone: tzinfo | None = None) -> datetime:
    """A moment by RFC 3339. One without a zone is read in the default zone, and refused if there is none."""
    if isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, str):
        moment = _read(raw.strip())
    else:
        raise ValidationError(_("Send a date and time as text here."), code="invalid_type")
    if moment.tzinfo is None:
        if default_zone is None:
            raise ValidationError(
                _("Say the time zone, as in 2026-03-31T10:00:00Z or 2026-03-31T10:00:00+02:00."),
                code="invalid_date",
            )
        moment = moment.replace(tzinfo=default_zone)
    return cut_to_milliseconds(_in_utc(moment))


def cut_to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def format_moment(moment: datetime) -> str:
    """YYYY-MM-DDTHH:MM:SS.mmmZ, the spelling of every dialect."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _in_utc(moment: datetime) -> datetime:
    """Far years are refused, also because a change of zone would overflow at the edges of the calendar."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = moment.replace(year=1, tzinfo=UTC)
    if not LIMITS.year_low <= moment.year <= LIMITS.year_high:
        raise ValidationError(
            _("Send a year between %(low)d and %(high)d."),
            code="invalid_date",
            params={"low": LIMITS.year_low, "high": LIMITS.year_high},
        )
    return moment


def _read(text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        day = date.fromisoformat(found["day"])
        return datetime(
            day.year,
            day.month,
            day.day,
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"] or 0),
            int((found["fraction"] or "").ljust(6, "0")[:6]),
            _offset(found),
        )
    except ValueError:
        raise ValidationError(
            _("Send a date and time such as 2026-03-31T10:00:00Z."), code="invalid_date"
        ) from None


def _offset(found: re.Match[str]) -> tzinfo | None:
    if found["zone"] is None:
        return None
    if found["sign"] is None:
        return UTC
    hours, minutes = int(found["hours"]), int(found["minutes"])
    if hours > 23 or minutes > 59:
        raise ValueError(found["zone"])
    ahead = timedelta(hours=hours, minutes=minutes)
    return timezone(-ahead if found["sign"] == "-" else ahead)
