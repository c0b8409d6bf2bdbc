"""Numbers as JSON sends them or as plain text; never a guess about thousands and commas."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS

_NUMERIC_TEXT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_LONGEST: Final = 64


def clean_number(raw: object, low: Decimal | int | None = None, high: Decimal | int | None = None) -> Decimal:
    """A JSON number, or text that is written like one, between the bounds."""
    return check_bounds(exact_number(raw, _NUMERIC_TEXT), low, high)


def clean_integer(raw: object, low: int = LIMITS.integer_low, high: int = LIMITS.integer_high) -> int:
    """A whole number; 5.0 is one, 5.5 is refused rather than cut."""
    number = clean_number(raw, low, high)
    if number != number.to_integral_value():
        raise ValidationError(_("Send a whole number."), code="invalid_number")
    return int(number)


def exact_number(raw: object, numeric_text: re.Pattern[str]) -> Decimal:
    """The number that was meant, digit by digit; True is no number, nor are NaN and the infinities."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise ValidationError(_("Send a number here."), code="invalid_type")
    if isinstance(raw, str):
        text = raw.strip()
        number = Decimal(text) if len(text) <= _LONGEST and numeric_text.fullmatch(text) else None
    else:
        # By its shortest spelling, because 0.1 means a tenth and not the double next to it.
        number = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if number is None or not number.is_finite():
        raise ValidationError(
            _("Send a plain number such as 1250 or 1250.50, without currency signs or thousands separators."),
            code="invalid_number",
        )
    return number


def check_bounds(number: Decimal, low: Decimal | int | None, high: Decimal | int | None) -> Decimal:
    low = LIMITS.integer_low if low is None else low
    high = LIMITS.integer_high if high is None else high
    if number > high:
        raise ValidationError(_("Send at most %(high)s."), code="too_large", params={"high": high})
    if number < low and low == 0:
        raise ValidationError(_("Send zero or more."), code="negative")
    if number < low:
        raise ValidationError(_("Send at least %(low)s."), code="too_small", params={"low": low})
    return number


def plain_number(number: Decimal) -> int | float:
    """The number as JSON shows it on every database: 5000.00 is 5000, 0.50 is 0.5."""
    whole = int(number)
    return whole if whole == number else float(number)
