"""Leadping's query parameters, whose names and words come in any case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from leads import values
from leads.validation.problems import Problems


def read_flag(query: Mapping[str, str], name: str) -> bool:
    """True or false; nothing is false."""
    problems = Problems()
    flag = flag_of(query, name, problems)
    problems.settle()
    return flag is True


def flag_of(query: Mapping[str, str], name: str, problems: Problems) -> bool | None:
    raw = value_of(query, name)
    return problems.attempt(name, raw, partial(values.clean_boolean, raw, words=True)) if raw else None


def value_of(query: Mapping[str, str], name: str) -> str:
    return next((query[key].strip() for key in query if key.lower() == name.lower()), "")
