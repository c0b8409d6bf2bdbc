"""Every limit of a value, for every door. Nowhere else: columns, forms and schemas read them here."""

from __future__ import annotations

from typing import Final, NamedTuple


class Limits(NamedTuple):
    """Texts count characters after trimming; JSON counts bytes of its compact UTF-8 form."""

    name: int = 100
    business_name: int = 200
    email: int = 254
    phone: int = 64
    source: int = 50
    tag: int = 64
    tag_key: int = 128
    address_line: int = 255
    line: int = 255
    url: int = 2048
    note: int = 10_000
    currency: int = 3
    country: int = 2
    colour: int = 32
    time_zone: int = 64
    json_bytes: int = 64 * 1024
    json_depth: int = 32
    integer_low: int = -(2**63)
    integer_high: int = 2**63 - 1
    money_digits: int = 12  # before the point
    money_places: int = 2
    coordinate_places: int = 7
    year_low: int = 1900
    year_high: int = 2999


LIMITS: Final = Limits()
