"""The types of items: what a value of each must be, and which rules a definition may add to that.

One table serves every door. A value is what JSON can hold: text, a number, a boolean, an address, a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checklists.patterns import matches
from leadhub.workspaces.clock import now
from leads.values import (
    LIMITS,
    clean_address_line,
    clean_boolean,
    clean_choice,
    clean_country,
    clean_date,
    clean_ein,
    clean_email,
    clean_number,
    clean_phone,
    clean_state,
    clean_text,
    clean_url,
    is_empty,
    plain_number,
)


class FieldType(models.TextChoices):
    TEXT = "TEXT", gettext_lazy("Text")
    NUMBER = "NUMBER", gettext_lazy("Number")
    EMAIL = "EMAIL", gettext_lazy("Email")
    PHONE = "PHONE", gettext_lazy("Phone")
    ADDRESS = "ADDRESS", gettext_lazy("Address")
    EIN = "EIN", gettext_lazy("EIN")
    DATE = "DATE", gettext_lazy("Date")
    SELECT = "SELECT", gettext_lazy("Choice")
    BOOLEAN = "BOOLEAN", gettext_lazy("Yes or no")
    URL = "URL", gettext_lazy("Web address")
    FILE = "FILE", gettext_lazy("File")
    ID = "ID", gettext_lazy("Proof of identity")
    BANK_STATEMENT = "BANK_STATEMENT", gettext_lazy("Bank statement")
    TAX_RETURN = "TAX_RETURN", gettext_lazy("Tax return")


FILE_TYPES: Final = frozenset({FieldType.FILE, FieldType.ID, FieldType.BANK_STATEMENT, FieldType.TAX_RETURN})
ADDRESS_PARTS: Final = ("street", "city", "state", "postalCode", "country")


class Ruled(Protocol):
    """Anything with a type and rules: a stored item, an item in memory, a line of a file."""

    @property
    def field_type(self) -> str: ...
    @property
    def rules(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Bare:
    """A type and its rules, and nothing else."""

    field_type: str
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict depends on beside the value: where phone numbers are read, and which day it is."""

    region: str
    today: date


def check_value(item: Ruled, raw: object, *, region: str, today: date | None = None) -> Any:
    """The value as it is to be stored; None for an empty one. Raises a coded refusal.

    `today` is the day in the workspace's zone; without it, the day in UTC.
    """
    if is_empty(raw):
        return None
    check = _CHECKS[FieldType(item.field_type)]
    value = check(raw, item.rules, Circumstances(region, today or now().date()))
    return None if is_empty(value) else value


Check = Callable[[object, Mapping[str, Any], Circumstances], Any]


def _check_text(raw: object, rules: Mapping[str, Any], _around: Circumstances) -> str:
    text = clean_text(raw, rules.get("max_length", LIMITS.note), multiline=True)
    if text and len(text) < rules.get("min_length", 0):
        raise ValidationError(_("Use at least %d characters here.") % rules["min_length"], "too_short")
    if text and "pattern" in rules and not matches(rules["pattern"], text):
        words = rules.get("pattern_hint") or _(
            "This is not written the way this item asks for. See its help."
        )
        raise ValidationError(words, "pattern_mismatch")
    return text


def _check_number(raw: object, rules: Mapping[str, Any], _around: Circumstances) -> int | float | None:
    if isinstance(raw, str) and not raw.strip():
        return None
    number = clean_number(raw, _exact(rules.get("min")), _exact(rules.get("max")))
    if rules.get("whole") and number != number.to_integral_value():
        raise ValidationError(_("Send a whole number."), "invalid_number")
    return plain_number(number)


def _exact(bound: int | float | None) -> Decimal | None:
    return None if bound is None else Decimal(str(bound))


def _check_email(raw: object, _rules: Mapping[str, Any], _around: Circumstances) -> str:
    return clean_email(raw).text


def _check_phone(raw: object, _rules: Mapping[str, Any], around: Circumstances) -> str:
    return clean_phone(raw, around.region, strict=True).e164


def _check_ein(raw: object, _rules: Mapping[str, Any], _around: Circumstances) -> str:
    return clean_ein(raw)


def _check_url(raw: object, _rules: Mapping[str, Any], _around: Circumstances) -> str:
    return clean_url(raw)


def _check_boolean(raw: object, _rules: Mapping[str, Any], _around: Circumstances) -> bool:
    return clean_boolean(raw, words=True)


def _check_date(raw: object, rules: Mapping[str, Any], around: Circumstances) -> str:
    day = clean_date(raw)
    if "min" in rules and day < date.fromisoformat(rules["min"]):
        raise ValidationError(_("Send a date from %s on.") % rules["min"], "too_small")
    if "max" in rules and day > date.fromisoformat(rules["max"]):
        raise ValidationError(_("Send a date up to %s.") % rules["max"], "too_large")
    if rules.get("past") and day > around.today:
        raise ValidationError(_("Send a date that is not in the future."), "not_past")
    if rules.get("future") and day < around.today:
        raise ValidationError(_("Send a date that is not in the past."), "not_future")
    return day.isoformat()


def _check_select(raw: object, rules: Mapping[str, Any], _around: Circumstances) -> str | list[str]:
    options: list[str] = rules["options"]
    if not rules.get("multiple"):
        return _option(raw, options)
    several = raw if isinstance(raw, list) else [raw]
    chosen = {_option(one, options) for one in several}
    return [option for option in options if option in chosen]


def _option(raw: object, options: list[str]) -> str:
    """The option that is meant. Case and outer spaces are nobody's intention."""
    if isinstance(raw, str):
        word = raw.strip().casefold()
        for option in options:
            if option.casefold() == word:
                return option
    return clean_choice(raw, options)


def _check_address(
    raw: object, rules: Mapping[str, Any], _around: Circumstances
) -> dict[str, str | None] | None:
    if not isinstance(raw, dict):
        raise ValidationError(
            _("Send an address as an object with %s.") % ", ".join(ADDRESS_PARTS), "invalid_type"
        )
    if unknown := raw.keys() - set(ADDRESS_PARTS):
        words = _("An address has no %(unknown)s; its parts are %(parts)s.")
        shown = {"unknown": ", ".join(sorted(map(str, unknown))), "parts": ", ".join(ADDRESS_PARTS)}
        raise ValidationError(words % shown, "unknown_field")
    address = {part: _address_part(part, raw.get(part)) for part in ADDRESS_PARTS}
    address["state"] = clean_state(address["state"] or "", address["country"] or "") or None
    if not any(address.values()):
        return None
    missing = [part for part in rules.get("required_parts", ()) if not address[part]]
    if missing:
        raise ValidationError(_("Complete the address: %s.") % ", ".join(missing), "required")
    return address


def _address_part(part: str, raw: object) -> str | None:
    if is_empty(raw):
        return None
    return (clean_country(raw) if part == "country" else clean_address_line(raw)) or None


def _refuse_file(raw: object, _rules: Mapping[str, Any], _around: Circumstances) -> None:
    raise ValidationError(_("Upload a document for this item; it takes no value."), "needs_document")


_CHECKS: Final[Mapping[FieldType, Check]] = {
    FieldType.TEXT: _check_text,
    FieldType.NUMBER: _check_number,
    FieldType.EMAIL: _check_email,
    FieldType.PHONE: _check_phone,
    FieldType.ADDRESS: _check_address,
    FieldType.EIN: _check_ein,
    FieldType.DATE: _check_date,
    FieldType.SELECT: _check_select,
    FieldType.BOOLEAN: _check_boolean,
    FieldType.URL: _check_url,
    **dict.fromkeys(FILE_TYPES, _refuse_file),
}
