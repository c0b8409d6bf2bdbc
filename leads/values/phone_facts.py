"""What the phone library knows about a number without asking anybody: kind, region, time zones, place."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, timezone

_CARRIER_TYPES: Final = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal_number",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_LINE_TYPES: Final = {"fixed_line": "wireline", "mobile": "wireless", "pager": "wireless", "voip": "voip"}
_UNKNOWN: Final = "unknown"


class PhoneFacts(NamedTuple):
    """`carrier_type` is the library's word, `line_type` the coarser one that follows from it."""

    valid: bool
    line_type: str = _UNKNOWN
    carrier_type: str = _UNKNOWN
    region: str = ""
    country_code: int | None = None
    location: str = ""
    time_zones: tuple[str, ...] = ()

    @property
    def time_zone(self) -> str:
        """The one zone the number can be in; "" when there are several."""
        return self.time_zones[0] if len(self.time_zones) == 1 else ""


@lru_cache(maxsize=1024)
def phone_facts(e164: str, *, with_location: bool = False) -> PhoneFacts:
    """The facts about a number in E.164 form. The location is asked for by name: its tables take 100 MB."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return PhoneFacts(valid=False)
    if not phonenumbers.is_valid_number(number):
        return PhoneFacts(valid=False, country_code=number.country_code)
    carrier_type = _CARRIER_TYPES.get(phonenumbers.number_type(number), _UNKNOWN)
    return PhoneFacts(
        valid=True,
        line_type=_LINE_TYPES.get(carrier_type, _UNKNOWN),
        carrier_type=carrier_type,
        region=_region(number),
        country_code=number.country_code,
        location=_location(number) if with_location else "",
        time_zones=tuple(
            zone for zone in timezone.time_zones_for_number(number) if zone != timezone.UNKNOWN_TIMEZONE
        ),
    )


def _region(number: PhoneNumber) -> str:
    """The country of the number; satellite and other worldwide numbers belong to none."""
    region = phonenumbers.region_code_for_number(number) or ""
    return "" if region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY else region


def _location(number: PhoneNumber) -> str:
    # Loaded on first use, so that a process that never asks never pays.
    return str(import_module("phonenumbers.geocoder").description_for_number(number, "en"))
