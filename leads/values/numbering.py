"""E.164 forms of phone numbers, fast: the library's own metadata compiled once, the library itself in doubt.

The library takes 40 microseconds for a number, which is most of an import. `quick_e164` answers only where it
follows the library's steps to the letter; a property test holds the two against each other.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

_PLAIN: Final = re.compile(r"\(?\+?[0-9][0-9 ().\-/]*")
_SEPARATORS: Final = str.maketrans("", "", "+ ().-/")


class _Plan(NamedTuple):
    """How one region writes its numbers."""

    code: str
    abroad: re.Pattern[str] | None
    prefix: re.Pattern[str] | None
    transforms: bool
    general: re.Pattern[str]
    lengths: tuple[int, ...]
    local_lengths: tuple[int, ...]


class _Member(NamedTuple):
    """One region of a calling code: the digits that mark it as its own, if any, and its valid numbers."""

    leading: re.Pattern[str] | None
    valid: re.Pattern[str]


class _Country(NamedTuple):
    """A calling code: the plan of its main region, and all its regions in the library's order."""

    plan: _Plan
    members: tuple[_Member, ...]


def e164(text: str, region: str) -> str:
    """The E.164 form when the number is valid, read as somebody in that region would; otherwise ""."""
    return quick_e164(text, region) or full_e164(text, region)


@lru_cache(maxsize=16_384)
def full_e164(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=16_384)
def formatted(number: str, region: str) -> str:
    """A number in E.164 form as people of the region write it; "" when it is not valid."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    is_ours = phonenumbers.region_code_for_number(parsed) == region
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if is_ours else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, style)


def quick_e164(text: str, region: str) -> str | None:
    """The E.164 form of a plainly written valid number; None for everything that needs a closer look."""
    if not _PLAIN.fullmatch(text):
        return None
    digits = text.translate(_SEPARATORS)
    if "+" in text:
        return _from_abroad(digits)
    plan = _plan_of(region)
    return None if plan is None else _from_within(digits, plan)


def _from_abroad(digits: str) -> str | None:
    for length in (1, 2, 3):
        country = _country(digits[:length])
        if country is not None:
            return _finish(country, _without_prefix(digits[length:], country.plan))
    return None


def _from_within(digits: str, plan: _Plan) -> str | None:
    if plan.abroad is not None and (dialled := plan.abroad.match(digits)):
        after = digits[dialled.end() :]
        return None if after.startswith("0") else _from_abroad(after)
    country = _country(plan.code)
    if country is None or len(digits) in plan.local_lengths:
        return None
    if digits.startswith(plan.code):
        # Somebody may have left out the plus, or the number may just begin like that.
        rest = _without_prefix(digits[len(plan.code) :], plan)
        if rest is None:
            return None
        fits_better = plan.general.fullmatch(rest) and not plan.general.fullmatch(digits)
        if fits_better or len(digits) > plan.lengths[-1]:
            return _finish(country, _without_prefix(rest, country.plan))
    return _finish(country, _without_prefix(digits, plan))


def _without_prefix(digits: str, plan: _Plan) -> str | None:
    """The national number without what is dialled before it at home; None where rewriting is involved."""
    if plan.prefix is None or not (found := plan.prefix.match(digits)):
        return digits
    if plan.transforms and found.groups()[-1] is not None:
        return None
    rest = digits[found.end() :]
    return rest if len(rest) in plan.lengths and plan.general.fullmatch(rest) else None


def _finish(country: _Country, digits: str | None) -> str | None:
    if digits is None:
        return None
    for member in country.members:
        if member.leading is None:
            if member.valid.fullmatch(digits):
                return f"+{country.plan.code}{digits}"
        elif member.leading.match(digits):
            return f"+{country.plan.code}{digits}" if member.valid.fullmatch(digits) else None
    return None


@cache
def _countries() -> dict[str, tuple[int, tuple[str, ...]]]:
    return {str(code): (code, regions) for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}


@cache  # asked with one to three digits only
def _country(code: str) -> _Country | None:
    known = _countries().get(code)
    if known is None:
        return None
    number, regions = known
    found = [PhoneMetadata.metadata_for_region_or_calling_code(number, region) for region in regions]
    members = [_Member(_compiled(data.leading_digits), _valid(data)) for data in found if data is not None]
    return _Country(_plan(found[0]), tuple(members)) if found[0] is not None else None


@lru_cache(maxsize=512)
def _plan_of(region: str) -> _Plan | None:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        return None
    data = PhoneMetadata.metadata_for_region(region)
    return None if data is None else _plan(data)


def _plan(data: PhoneMetadata) -> _Plan:
    general = data.general_desc or PhoneNumberDesc()
    return _Plan(
        code=str(data.country_code),
        abroad=_compiled(data.international_prefix),
        prefix=_compiled(data.national_prefix_for_parsing),
        transforms=bool(data.national_prefix_transform_rule),
        general=re.compile(general.national_number_pattern or "(?!)"),
        lengths=tuple(general.possible_length) or (0,),
        local_lengths=tuple(general.possible_length_local_only),
    )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _valid(data: PhoneMetadata) -> re.Pattern[str]:
    """One pattern for "the general description and at least one kind of number fits"."""
    kinds = [
        data.fixed_line,
        data.toll_free,
        data.premium_rate,
        data.shared_cost,
        data.voip,
        data.personal_number,
        data.pager,
        data.uan,
        data.voicemail,
    ]
    if not data.same_mobile_and_fixed_line_pattern:
        kinds.append(data.mobile)
    any_kind = "|".join(filter(None, map(_described, kinds))) or "(?!)"
    return re.compile(rf"(?={_described(data.general_desc) or '(?!)'}\Z)(?:{any_kind})")


def _described(kind: PhoneNumberDesc | None) -> str:
    if kind is None or not kind.national_number_pattern:
        return ""
    lengths = "|".join(rf"\d{{{length}}}" for length in kind.possible_length if length > 0)
    ahead = rf"(?=(?:{lengths})\Z)" if kind.possible_length else ""
    return rf"{ahead}(?:{kind.national_number_pattern})"
