"""A form of the settings: its fields as they stand, as they were typed, and what was wrong with each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.http import HttpRequest, QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise

from leads.errors import Invalid, LeadError

ENDS: Final = ("from", "until")
T = TypeVar("T")
Text = str | Promise


@dataclass(slots=True)
class Field:
    """`kind` is a type of input, or: area, select, check, checks, lines (a list), numbers (a list), week
    (from and until of seven days)."""

    name: str
    label: Text
    kind: str = "text"
    value: Any = ""
    help: Text = ""
    choices: Iterable[tuple[Any, Any]] = ()
    required: bool = False
    optional: bool = False
    problem: str = ""
    autocomplete: str = "off"
    # Numbers as they were typed, because their parts do not tell what stood between them.
    written: str = ""

    def read(self, post: QueryDict) -> object:
        """What was typed, in the kind's own type where it has one; the rules judge the rest."""
        raw = post.get(self.name, "").strip()
        if self.kind == "check":
            return self.name in post
        if self.kind == "checks":
            return post.getlist(self.name)
        if self.kind == "lines":
            return [line.strip() for line in raw.splitlines() if line.strip()]
        if self.kind == "numbers":
            self.written = raw
            return [_number(part) for part in raw.replace(",", " ").split()]
        if self.kind == "week":
            return self._read_week(post)
        if self.kind == "password":
            return post.get(self.name, "")
        return _number(raw) if self.kind == "number" else raw

    def _read_week(self, post: QueryDict) -> list[list[str] | None]:
        days = [[post.get(f"{self.name}_{day}_{end}", "").strip() for end in ENDS] for day in WEEKDAYS]
        return [day if any(day) else None for day in days] if any(map(any, days)) else []

    @property
    def week(self) -> list[tuple[int, Any, str, str]]:
        """Number and name of each day, from, until."""
        days = self.value or [None] * len(WEEKDAYS)
        return [(day, WEEKDAYS[day], *(told or ("", ""))) for day, told in enumerate(days)]

    @property
    def typed(self) -> str:
        """The value as the control shows it."""
        if self.kind == "lines":
            return "\n".join(map(str, self.value or ()))
        if self.kind == "numbers":
            return self.written or ", ".join(map(str, self.value or ()))
        return "" if self.value is None else str(self.value)

    @property
    def options(self) -> list[tuple[Any, Any, bool]]:
        """Value and name of each choice, and whether it is the one that was made."""
        typed = self.typed
        return [(value, label, str(value) == typed) for value, label in self.choices]

    @property
    def wide(self) -> bool:
        return self.kind in {"area", "checks", "lines", "week"}


def _number(raw: str) -> object:
    return int(raw) if raw.isascii() and raw.lstrip("-").isdigit() and len(raw) < 12 else raw


@dataclass(slots=True)
class Sheet:
    """`echoes`: a form of what is there already. What was not touched is not sent on, so that two who change
    different fields at once lose nothing; `seen` says what stood there when the page was made."""

    fields: Sequence[Field]
    problems: list[str] = field(default_factory=list)
    echoes: bool = False
    seen: str = ""

    def __post_init__(self) -> None:
        if self.echoes:
            self.seen = json.dumps({one.name: one.value for one in self.fields}, default=str)

    @property
    def is_refused(self) -> bool:
        return bool(self.problems) or any(one.problem for one in self.fields)

    def submit(self, request: HttpRequest, work: Callable[[dict[str, Any]], T]) -> T | None:
        """What the work made of what was typed; None when it was refused, and then the sheet says why."""
        values = {one.name: one.read(request.POST) for one in self.fields}
        for one in self.fields:
            one.value = values[one.name]
        if self.echoes:
            self.seen = request.POST.get("seen", "")
            values = self._touched(values)
        try:
            return work(values)
        except Invalid as refusal:
            self._blame((problem.field, problem.message) for problem in refusal.problems)
        except LeadError as refusal:
            self.problems.append(refusal.message)
        return None

    def _touched(self, values: dict[str, Any]) -> dict[str, Any]:
        try:
            seen = json.loads(self.seen)
        except ValueError:
            return values
        if not isinstance(seen, dict):
            return values
        return {name: value for name, value in values.items() if name not in seen or seen[name] != value}

    def _blame(self, problems: Iterable[tuple[str, str]]) -> None:
        by_name = {one.name: one for one in self.fields}
        for name, message in problems:
            one = by_name.get(name.strip("/").split("/")[0])
            if one is None or one.kind == "hidden":
                self.problems.append(message)
            else:
                one.problem = one.problem or message
