"""The terms of an import as a form or a request asks for them, cleaned and judged at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from leadhub.workspaces.models import Workspace
from leads.imports.cells import yes_or_no
from leads.imports.desk import Desk
from leads.imports.options import MATCH_KEYS, ON_MATCH, Options
from leads.imports.steps import split_tags
from leads.validation.problems import Problems
from leads.values import COUNTRIES, LIMITS, clean_choice, clean_text

ASKED: Final = (
    "match",
    "on_match",
    "tags",
    "assign",
    "disposition",
    "consent",
    "region",
    "announce",
    "dry_run",
)
_NAMES: Final = {"assign": "assignee"}


def read_terms(workspace: Workspace, asked: Mapping[str, str]) -> Options:
    """Texts by name; what is absent or empty is as `Options` has it."""
    said = {name: text.strip() for name, text in asked.items() if name in ASKED and text.strip()}
    problems, desk = Problems(), Desk(workspace)
    terms: dict[str, Any] = {"tags": tuple(split_tags(said.get("tags", "")))}
    for name, rule in _rules(desk).items():
        if name in said:
            terms[_NAMES.get(name, name)] = problems.attempt(name, said[name], lambda: rule(said[name]))  # noqa: B023
    problems.settle()
    return Options(**terms)


def _rules(desk: Desk) -> dict[str, Callable[[str], object]]:
    return {
        "match": _match,
        "on_match": lambda word: clean_choice(word, ON_MATCH),
        "assign": desk.member,
        "disposition": lambda word: clean_choice(desk.outcome(word), desk.outcomes),
        "consent": lambda text: clean_text(text, LIMITS.note, multiline=True),
        "region": lambda word: clean_choice(word.upper(), COUNTRIES),
        "announce": yes_or_no,
        "dry_run": yes_or_no,
    }


def _match(text: str) -> tuple[str, ...]:
    """In the order of trust."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    return tuple(clean_choice(key, MATCH_KEYS) for key in keys)
