"""A phone number: as given, its E.164 form when it is a valid number, and the key that finds it again."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from unicodedata import decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.numbering import e164, formatted
from leads.values.text import clean_text, strip_unseen

_SHAPE: Final = re.compile(r"\+?[0-9 ().-]+")
_SHAPE_LENGTH: Final = 20
_PLAIN: Final = re.compile(r"[+0-9 ().\-/]+")
_FEWEST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15
_DIGIT: Final = re.compile("[0-9]")


class Phone(NamedTuple):
    text: str
    e164: str
    key: str


def clean_phone(raw: object, region: str, *, strict: bool = False) -> Phone:
    """The number as given, E.164 when it is valid in or from that region, and its key.

    A text that is no valid number is kept unless `strict`, because some doors promise to keep it.
    """
    text = clean_text(raw, LIMITS.phone)
    if not text:
        raise ValidationError(_("Enter a phone number."), code="invalid_phone")
    number = e164(text, region)
    if strict and not number:
        raise ValidationError(
            _("Enter a valid phone number with its country code, such as +14045550137."), code="invalid_phone"
        )
    return Phone(text, number, number or _compact(text))


def phone_key(text: str, region: str) -> str:
    """The key to look a number up by, for any text; "" when there is nothing to look for."""
    plain = strip_unseen(text).strip()
    if len(plain) > LIMITS.phone:
        return ""
    return e164(plain, region) or _compact(plain)


def phone_words(text: str, key: str, region: str) -> str:
    """How a number is shown in that region: as it is written there, or with its country code from elsewhere.

    What holds more than a number, such as an extension, and what is no valid number is shown as given.
    """
    return (formatted(key, region) if key.startswith("+") and _PLAIN.fullmatch(text) else "") or text


def clean_phone_shape(raw: object) -> str:
    """The number as given, if it looks like one: digits and separators, 7 to 15 digits in 20 characters."""
    text = clean_text(raw, LIMITS.phone)
    if not looks_like_phone(text):
        raise ValidationError(
            _("Enter a phone number of 7 to 15 digits, besides them only + - . ( ) and spaces."),
            code="invalid_phone",
        )
    return text


def looks_like_phone(text: str) -> bool:
    if len(text) > _SHAPE_LENGTH or not _SHAPE.fullmatch(text):
        return False
    return _FEWEST_DIGITS <= len(_DIGIT.findall(text)) <= _MOST_DIGITS


def _compact(text: str) -> str:
    """Digits and letters alone, with the plus; "" without any digit, so that two "n/a" never match.

    Letters stay because an extension makes another number: 5550100 x7 is not 55501007.
    """
    kept: list[str] = []
    for character in text:
        if character.isdecimal():
            kept.append(str(decimal(character)))
        elif (character.isascii() and character.isalpha()) or character in "*#":
            kept.append(character.lower())
        elif character in "+\uff0b" and not kept:
            kept.append("+")
    key = "".join(kept)
    if key.startswith("00"):
        key = "+" + key[2:]
    return key if _DIGIT.search(key) else ""
