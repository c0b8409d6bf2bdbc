"""No lost update: what became of a lead since a form was shown, and what of the form would overwrite it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from django.utils.translation import gettext as _

from leads.changes.paths import UnknownPath, current, parts_of, replaced
from leads.errors import LeadError
from leads.models import Entry
from leads.queries.log import entries_since
from leads.state import LeadState
from leads.timeline import MISSING, same, sides

_LARGEST: Final = 2_000_000_000
# Whose value stands, for each field that both changed.
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Clash:
    """Both changed this: what the form says, what stands there by now, and the entry that put it there."""

    name: str
    path: str
    mine: object
    theirs: object
    entry: Entry
    # The version of the lead that mine was made for.
    seen: int


class Clashed(LeadError):
    """Somebody else changed the same a moment ago; nothing was written. `version` is the one to go by now."""

    code = "changed_meanwhile"

    def __init__(self, clashes: list[Clash], version: int) -> None:
        super().__init__(_("Somebody changed the same a moment ago. Choose what is to stand."))
        self.clashes = clashes
        self.version = version


def seen_version(form: Mapping[str, str], name: str = "version") -> int | None:
    """The version that a form was made for; None where it does not say a sensible one."""
    text = form.get(name, "")
    return min(int(text), _LARGEST) if text.isascii() and text.isdigit() and len(text) < 11 else None


def picks_of(form: Mapping[str, str]) -> dict[str, str]:
    """Whose value is to stand, for each field that was asked about."""
    found = {name.removeprefix("keep."): form[name] for name in form if name.startswith("keep.")}
    return {name: pick for name, pick in found.items() if pick in {MINE, THEIRS}}


def asked_in(form: Mapping[str, str]) -> dict[str, int]:
    """Each field that a form asks about, with the version that its value was made for."""
    found = {name.removeprefix("asked."): seen_version(form, name) for name in form if name[:6] == "asked."}
    return {name: seen for name, seen in found.items() if seen is not None}


@dataclass
class Since:
    """The lead as it was seen, next to the lead as it stands under the lock."""

    state: LeadState
    seen: int | None
    picks: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)

    @classmethod
    def of(cls, state: LeadState, form: Mapping[str, str], name: str = "version") -> Since:
        """As a form says it."""
        return cls(state, seen_version(form, name), picks_of(form), asked_in(form))

    @cached_property
    def entries(self) -> list[Entry]:
        lead = self.state.lead
        if self.seen is None or self.seen >= lead.version:
            return []
        return entries_since(self.state.workspace, lead, self.seen)

    def now(self, path: str) -> object:
        try:
            return current(self.state, path)
        except UnknownPath:
            return MISSING

    def before(self, path: str) -> object:
        """What the form showed there."""
        first = next((entry for entry in self.entries if path in entry.changes), None)
        return sides(first.changes[path])[0] if first else self.now(path)

    def by(self, path: str) -> Entry | None:
        """Who changed it since, or something within it, or all that it is part of; the last one."""
        return next((entry for entry in reversed(self.entries) if _touches(entry, path)), None)

    def overtakes(
        self, name: str, path: str, mine: object, part: Callable[[object], object] = lambda value: value
    ) -> bool:
        """Whether a value that was typed is to be left out: theirs was taken, or it must be asked first.

        The form that asks is made for the version it shows, so “mine” needs no more than being chosen. A form
        in which nothing was chosen is asked once more: no value wins because it came second.
        """
        if self.picks.get(name) == THEIRS:
            return True
        since = self
        if name in self.asked and name not in self.picks:
            since = Since(self.state, min(self.asked[name], self.seen or 0))
        entry, theirs = since.by(path), self.now(path)
        if entry is None or same(_plain(part(theirs)), _plain(mine)):
            return False
        self.clashes.append(Clash(name, path, mine, theirs, entry, since.seen or 0))
        return True

    def settle(self) -> None:
        if self.clashes:
            raise Clashed(self.clashes, self.state.lead.version)

    def tree_before(self, column: str) -> dict[str, object]:
        """A JSON object of the lead as the form showed it."""
        tree: dict[str, object] = getattr(self.state.lead, column)
        for entry in reversed(self.entries):
            for path, change in entry.changes.items():
                head, rest = parts_of(path)
                if head == column and rest:
                    tree = replaced(tree, rest, sides(change)[0])
        return tree


def _touches(entry: Entry, path: str) -> bool:
    return any(
        one == path or one.startswith(f"{path}/") or path.startswith(f"{one}/") for one in entry.changes
    )


def _plain(value: object) -> object:
    return None if value is MISSING or value == "" else value
