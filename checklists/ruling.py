"""The rules that a definition may add to a type: which there are, and when they are well made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.patterns import clean_pattern
from checklists.rules import ADDRESS_PARTS, FieldType
from leads.values import (
    LIMITS,
    clean_boolean,
    clean_choice,
    clean_date,
    clean_integer,
    clean_line,
    clean_number,
    plain_number,
)

MAX_OPTIONS: Final = 500
MAX_CHECKS: Final = 20
SENTENCE: Final = 500
ID_TYPES: Final = ("DRIVERS_LICENSE", "PASSPORT")

Clean = Callable[[object], object]


def clean_rules(field_type: str, raw: object) -> dict[str, Any]:
    """The rules of a definition in their one spelling; raises by the name of each that is not well made."""
    if raw is not None and not isinstance(raw, Mapping):
        raise ValidationError(_("Write the rules as names and values."), "invalid_type")
    rules: dict[str, Any] = {}
    problems: dict[str, list[ValidationError]] = {}
    for name, value in (raw or {}).items():
        try:
            rules[str(name)] = _clean_rule(field_type, str(name), value)
        except ValidationError as error:
            problems[str(name)] = error.error_list
    rules = {name: value for name, value in rules.items() if value is not None}
    for name, misfit in _misfits(field_type, rules, problems):
        problems.setdefault(name, []).append(misfit)
    if problems:
        raise ValidationError(problems)
    return rules


def _clean_rule(field_type: str, name: str, value: object) -> object:
    table = RULES[FieldType(field_type)]
    if name not in table:
        known = ", ".join(table) or _("none")
        words = _("%(type)s items have no such rule; there are: %(known)s.") % {
            "type": field_type,
            "known": known,
        }
        raise ValidationError(words, "unknown_field")
    return None if value is None else table[name](value)


def _misfits(
    field_type: str, rules: Mapping[str, Any], problems: Mapping[str, object]
) -> list[tuple[str, ValidationError]]:
    """What is wrong with rules that are each well made, but not together."""
    found: list[tuple[str, ValidationError]] = []
    for low, high in (("min", "max"), ("min_length", "max_length")):
        if low in rules and high in rules and rules[low] > rules[high]:
            # By what was given and not by the names, which read otherwise in each door.
            words = _("It would begin at %(low)s and end before that, at %(high)s; swap them.")
            words %= {"low": rules[low], "high": rules[high]}
            found.append((low, ValidationError(words, "too_large")))
    if "past" in rules and "future" in rules:
        found.append(("future", ValidationError(_("Keep only one of past and future."), "invalid_choice")))
    if "pattern_hint" in rules and "pattern" not in rules and "pattern" not in problems:
        found.append(("pattern_hint", ValidationError(_("A hint needs a pattern to explain."), "required")))
    if field_type == FieldType.SELECT and "options" not in rules and "options" not in problems:
        found.append(("options", ValidationError(_("List the options to choose from."), "required")))
    return found


def _flag(raw: object) -> bool | None:
    return clean_boolean(raw) or None


def _text(limit: int) -> Clean:
    return lambda raw: clean_line(raw, limit) or None


def _whole(low: int, high: int) -> Clean:
    return lambda raw: clean_integer(raw, low, high)


def _one_of(*words: str) -> Clean:
    return lambda raw: clean_choice(raw, words)


def _number(raw: object) -> int | float:
    return plain_number(clean_number(raw))


def _day(raw: object) -> str:
    return clean_date(raw).isoformat()


def _texts(most: int, limit: int) -> Callable[[object], list[str]]:
    """A list of different texts, at least one."""

    def clean(raw: object) -> list[str]:
        if not isinstance(raw, list) or not raw:
            raise ValidationError(_("Write a list with at least one text."), "required")
        if len(raw) > most:
            raise ValidationError(_("Write at most %d of them.") % most, "too_long")
        texts = [clean_line(one, limit) for one in raw]
        if "" in texts:
            raise ValidationError(_("One of them is empty; leave it out."), "required")
        folded = [text.casefold() for text in texts]
        for index, text in enumerate(texts):
            if folded.index(folded[index]) < index:
                raise ValidationError(_('"%s" is there twice; keep one.') % text, "duplicate")
        return texts

    return clean


def _parts(raw: object) -> list[str]:
    chosen = _texts(len(ADDRESS_PARTS), LIMITS.line)(raw)
    return [clean_choice(part, ADDRESS_PARTS) for part in chosen]


_CHECKS: Final[Mapping[str, Clean]] = {"checks": _texts(MAX_CHECKS, SENTENCE)}

RULES: Final[Mapping[FieldType, Mapping[str, Clean]]] = {
    FieldType.TEXT: {
        "pattern": clean_pattern,
        "pattern_hint": _text(SENTENCE),
        "min_length": _whole(0, LIMITS.note),
        "max_length": _whole(1, LIMITS.note),
    },
    FieldType.NUMBER: {"min": _number, "max": _number, "whole": _flag},
    FieldType.EMAIL: {},
    FieldType.PHONE: {},
    FieldType.ADDRESS: {"required_parts": _parts},
    FieldType.EIN: {},
    FieldType.DATE: {"min": _day, "max": _day, "past": _flag, "future": _flag},
    FieldType.SELECT: {"options": _texts(MAX_OPTIONS, LIMITS.line), "multiple": _flag},
    FieldType.BOOLEAN: {},
    FieldType.URL: {},
    # What a document must show is written as sentences, which people or a reader of documents judge.
    FieldType.FILE: _CHECKS,
    FieldType.ID: {**_CHECKS, "type": _one_of(*ID_TYPES)},
    FieldType.BANK_STATEMENT: {
        **_CHECKS,
        "months": _whole(1, 120),
        "grace_period_days": _whole(0, 366),
        "is_personal": clean_boolean,
    },
    FieldType.TAX_RETURN: {**_CHECKS, "years": _whole(1, 30), "is_personal": clean_boolean},
}
