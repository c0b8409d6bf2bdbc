"""Places as lists of people write them: a country by its name in any language, a street in several lines."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from leads.imports.synonyms import key_of_name
from leads.values import COUNTRIES

_ALSO: Final = {
    "US": "USA, United States of America, America, EUA, EE. UU., Estados Unidos de América",
    "GB": "Great Britain, England, Scotland, Wales, Großbritannien, Gran Bretaña",
    "NL": "Holland, The Netherlands",
    "CZ": "Czech Republic, Czechia",
    "AE": "UAE",
}

_ALIASES: Final = {"UK": "GB"}


def country_code(cell: str) -> str:
    """The two letters of a country that is named; anything else is for the rules to judge."""
    is_code = cell.isascii() and len(cell.strip()) == 2
    return _ALIASES.get(cell.strip().upper(), cell) if is_code else _names().get(key_of_name(cell), cell)


def street(cell: str) -> str:
    """Many systems write it over several lines in one cell."""
    return ", ".join(line for part in cell.splitlines() if (line := part.strip().rstrip(",")))


@cache
def _names() -> dict[str, str]:
    """The phone library has them for its own use; they are loaded once somebody asks. English wins."""
    data: dict[str, dict[str, str]] = import_module("phonenumbers.geodata.locale").LOCALE_DATA
    found: dict[str, str] = {}
    for code in sorted(COUNTRIES & data.keys()):
        words = data[code]
        found.setdefault(key_of_name(_in_full(words, words.get("en", ""))), code)
    for code in sorted(COUNTRIES & data.keys()):
        for name in data[code].values():
            found.setdefault(key_of_name(_in_full({}, name)), code)
    for code, names in _ALSO.items():
        found |= {key_of_name(name): code for name in names.split(", ")}
    found.pop("", None)
    return found


def _in_full(words: dict[str, str], name: str) -> str:
    """It writes a name once, and “*aa” where it is the same in another language."""
    return words.get(name[1:], "") if name.startswith("*") else name
