"""Reading an object strictly: an unknown name is refused with the nearest known one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.errors import Problem
from leads.validation.problems import Problems
from leads.values import nearest_of
from leads.voices.shape import same

T = TypeVar("T")

_ABSENT: Final = object()


class Sheet:
    """What was sent of the known names. A value equal to the one that is shown right now was not sent."""

    def __init__(
        self,
        raw: object,
        names: Iterable[str],
        problems: Problems,
        path: str = "",
        shown: Mapping[str, object] | None = None,
    ) -> None:
        self.problems = problems
        self.path = path
        self.sent: dict[str, object] = {}
        known, shown = list(names), shown or {}
        if not isinstance(raw, Mapping):
            problems.add(path or "body", "invalid_type", _("Send an object here."), raw)
            return
        for name, value in raw.items():
            if same(value, shown.get(name, _ABSENT)):
                continue
            if name in known:
                self.sent[name] = value
            else:
                problems.found.append(refused_name(self.at(name), name, value, known, shown))

    def __bool__(self) -> bool:
        return bool(self.sent)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def require(self, *names: str) -> None:
        for name in names:
            if self.sent.get(name) in (None, ""):
                self.problems.add(self.at(name), "required", _("Send a value here."))

    def clean(self, name: str, rule: Callable[[Any], T], otherwise: T) -> T:
        """What the rule makes of the value; `otherwise` for an absent, null or refused one."""
        raw = self.sent.get(name)
        if raw is None:
            return otherwise
        found = self.problems.attempt(self.at(name), raw, lambda: rule(raw))
        return otherwise if found is None else found

    def columns(self, rules: Mapping[str, Callable[[Any], object]]) -> dict[str, object]:
        """The cleaned value of each name that was sent."""
        return {
            name: self.problems.attempt(self.at(name), raw, partial(rules[name], raw))
            for name, raw in self.sent.items()
        }


def refused_name(
    path: str, name: str, value: object, known: Iterable[str], shown: Mapping[str, object]
) -> Problem:
    """The problem of a name that cannot be written here: it is fixed, or there is none such."""
    if name in shown:
        return Problem(path, "read_only", _("This cannot be written; leave it out."), value)
    near = nearest_of(name, list(known))
    words = _("There is no such field; the nearest is “%s”.") % near if near else _("There is no such field.")
    return Problem(path, "unknown_field", words, value, near or None)


def sheet_of(raw: object, *names: str) -> Sheet:
    """A whole body."""
    return Sheet(raw, names, Problems())


def read_list(raw: object, path: str, problems: Problems, most: int = 500) -> list[object]:
    if not isinstance(raw, list):
        problems.add(path, "invalid_type", _("Send a list here."), raw)
        return []
    if len(raw) > most:
        problems.add(path, "too_long", _("Send at most %d at once.") % most, len(raw), most)
        return []
    return raw


def clean_words(raw: object) -> list[str]:
    """A list of texts, each one once."""
    if not isinstance(raw, list) or not all(isinstance(word, str) for word in raw):
        raise ValidationError(_("Send a list of texts here."), code="invalid_type")
    return list(dict.fromkeys(raw))
