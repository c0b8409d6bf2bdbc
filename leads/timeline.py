"""Entries: what a difference looks like, how one is recorded, and how it reads as a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, final
from uuid import UUID

from django.utils.translation import gettext as _

from leads.change import Actor
from leads.models import Entry, Lead
from leads.values import format_moment, plain_number


@final
class Missing:
    """No value at all, which is not the same as null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()

# Most values are told as they are; to ask for these first makes a large import a tenth faster.
_PLAIN: Final = frozenset({str, int, bool, type(None), Missing})

# [old, new], or [null, new, "added"], or [old, null, "removed"].
Change = list[Any]


def plain(value: object) -> Any:
    """The JSON form of a value, the same on both databases."""
    return value if type(value) in _PLAIN else _plain(value)


def _plain(value: object) -> Any:
    match value:
        case int() | float() | str():
            return value
        case Decimal():
            return plain_number(value)
        case dt.datetime():
            return format_moment(value)
        case dt.date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    return str(value)


def change_of(old: object, new: object) -> Change:
    if isinstance(old, Missing):
        return [None, plain(new), "added"]
    if isinstance(new, Missing):
        return [plain(old), None, "removed"]
    return [plain(old), plain(new)]


def sides(change: Change) -> tuple[object, object]:
    """The old and the new value of a change, with MISSING where there was none."""
    flag = change[2] if len(change) > 2 else ""
    return (MISSING if flag == "added" else change[0], MISSING if flag == "removed" else change[1])


def diff_objects(
    old: Mapping[str, object], new: Mapping[str, object], pointer: str
) -> dict[str, tuple[object, object]]:
    """{JSON pointer: (old, new)} for every leaf that differs. Lists are leaves, and so is an empty object:
    thus a leaf that is told of alone had others beside it, before and after."""
    found: dict[str, tuple[object, object]] = {}
    for key in {**old, **new}:
        before, after = old.get(key, MISSING), new.get(key, MISSING)
        path = f"{pointer}/{escape(key)}"
        if is_tree(before) and is_tree(after):
            assert isinstance(before, Mapping) and isinstance(after, Mapping)
            found |= diff_objects(before, after, path)
        elif not same(before, after):
            found[path] = (before, after)
    return found


def is_tree(value: object) -> bool:
    """An object with something in it."""
    return isinstance(value, Mapping) and bool(value)


def same(before: object, after: object) -> bool:
    """Equal as JSON: true is not 1, although Python says so, and 85.0 is 85."""
    if type(before) is str or type(after) is str:
        return type(before) is type(after) and before == after
    if _is_number(before) and _is_number(after):
        return before == after
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before.keys() == after.keys() and all(same(before[key], after[key]) for key in before)
    return type(before) is type(after) and before == after


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


@dataclass(frozen=True, slots=True)
class Story:
    """What an entry is to say besides who, where and when."""

    kind: str
    summary: str
    changes: Mapping[str, Change]
    input: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    kept: Mapping[str, object] | None = None
    undoes: UUID | None = None
    action_id: UUID | None = None


_overheard: ContextVar[list[Entry] | None] = ContextVar("overheard", default=None)


@contextmanager
def overhear() -> Iterator[list[Entry]]:
    """The entries that are recorded meanwhile, also those of a dry run, which nobody finds afterwards."""
    heard: list[Entry] = []
    token = _overheard.set(heard)
    try:
        yield heard
    finally:
        _overheard.reset(token)


def record(lead: Lead, actor: Actor, moment: dt.datetime, entry_id: UUID, story: Story) -> Entry:
    """The entry of a change, not yet stored; the writer stores it with the change itself."""
    entry = Entry(**by_whom(actor), **what_happened(lead, moment, entry_id, story))
    entry.lead = lead
    if (heard := _overheard.get()) is not None:
        heard.append(entry)
    return entry


def by_whom(actor: Actor) -> dict[str, Any]:
    """The columns that are the same in all the entries of one actor."""
    return {
        "actor_kind": actor.kind,
        "actor_name": actor.name[:200],
        "user_id": actor.user_id,
        "api_key_id": actor.api_key_id,
        "import_batch_id": actor.import_batch_id,
        "door": actor.door,
        "request_id": actor.request_id,
    }


def what_happened(lead: Lead, moment: dt.datetime, entry_id: UUID, story: Story) -> dict[str, Any]:
    """All the others."""
    return {
        "id": entry_id,
        "workspace_id": lead.workspace_id,
        "lead_id": lead.pk,
        "kind": story.kind,
        "summary": story.summary[:255],
        "input": plain(story.input),
        "changes": dict(story.changes),
        "kept": None if story.kept is None else plain(story.kept),
        "note": story.note,
        "undoes_id": story.undoes,
        "action_id": story.action_id,
        "version": lead.version,
        "created_at": moment,
    }


def describe(entry: Entry) -> str:
    """One sentence for people: who, through which door, what."""
    who = entry.actor_name or _("Somebody")
    return _("%(who)s (%(door)s): %(what)s.") % {
        "who": who,
        "door": entry.door,
        "what": entry.summary.rstrip("."),
    }
