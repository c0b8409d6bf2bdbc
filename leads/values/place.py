"""Countries, states and coordinates of an address, and the time zone that follows from them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.number import clean_number
from leads.values.regions import COUNTRIES, COUNTRY_ZONES, STATE_ZONES, STATES
from leads.values.text import clean_line, require_text

_FINEST: Final = Decimal(1).scaleb(-LIMITS.coordinate_places)


def clean_country(raw: object) -> str:
    """The two letters of ISO 3166-1, in capitals."""
    code = require_text(raw).strip().upper()
    if code not in COUNTRIES:
        raise ValidationError(_("Use the two letters of a country, such as US or DE."), code="invalid_choice")
    return code


def clean_state(raw: object, country: str = "") -> str:
    """The code of a state of the United States or of Canada where it is one; any other text as given.

    Never refused for what it says: no partner documents a list, and most countries have none.
    """
    text = clean_line(raw, LIMITS.address_line)
    for known in (country.upper(),) if country else tuple(STATES):
        code = STATES.get(known, {}).get(text.casefold())
        if code is not None:
            return code
    return text


def zone_of_place(country: str, state: str = "") -> str:
    """The time zone of an address, by country and state; "" when it could be one of several."""
    country = country.upper()
    return STATE_ZONES.get((country, clean_state(state, country)), "") or COUNTRY_ZONES.get(country, "")


def clean_latitude(raw: object) -> Decimal:
    return _degrees(raw, 90)


def clean_longitude(raw: object) -> Decimal:
    return _degrees(raw, 180)


def _degrees(raw: object, most: int) -> Decimal:
    """Seven places are a centimetre; what is finer is noise."""
    return clean_number(raw, -most, most).quantize(_FINEST, ROUND_HALF_UP)
