"""The columns of an exported table, and the body of an exported object: all that an import can set again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from checklists.definitions import Definitions, ItemDef
from checklists.rules import FieldType
from leads.imports.targets import FIXED
from leads.models import AnswerStatus
from leads.state import LeadState
from leads.values import format_moment
from leads.voices.hub.fields import ADDRESS, PROFILE
from leads.voices.hub.lead import KEYS
from leads.voices.hub.life import COLUMN_OF_CHANNEL, show_archive, show_override
from leads.voices.hub.sections import WORDS, show_answer, show_point, show_tags, show_word

Show = Callable[[LeadState], Any]
# Told by other columns of the table, or by nothing that an import could set.
_ELSEWHERE: Final = frozenset({"name", "captured_at", "assignee", "next_action_at"})
_JSON: Final = frozenset({"click_ids", "ad_consents"})
_NUMBERS: Final = frozenset({"value", "address.latitude", "address.longitude"})
_SEPARATORS: Final = re.compile("[;,|\\[]")
# Answers that a cell holds as their text alone.
_PLAIN: Final = frozenset(set(FieldType.values) - {FieldType.ADDRESS, FieldType.SELECT})


def _captured(state: LeadState) -> str:
    """A lead that was not captured elsewhere was captured here; an import keeps that moment."""
    return format_moment(state.lead.captured_at or state.lead.created_at)


def _assignee(state: LeadState) -> str | None:
    return state.lead.assignee.email if state.lead.assignee else None


def _note(state: LeadState) -> str | None:
    return state.lead.note or None


def _values() -> dict[str, Show]:
    """The fields that can be sent as they are shown, by the lead's own path."""
    own = [key for key in KEYS if key.part.to and not key.part.read_only]
    found = {key.part.to: key.show for key in own if key.part.to not in _ELSEWHERE}
    return {
        **found,
        "captured_at": _captured,
        "assignee": _assignee,
        "note": lambda state: state.lead.note or None,
    }


_VALUES: Final = _values()
_BESIDE: Final = {key.part.to: key.show for key in (*ADDRESS, *PROFILE)}
_SAID: Final = ("outcome", *WORDS)
_OWN: Final[Mapping[str, Show]] = {
    "id": lambda state: str(state.lead.pk),
    "created_at": lambda state: format_moment(state.lead.created_at),
    "updated_at": lambda state: format_moment(state.lead.updated_at),
}


def _disposition(state: LeadState) -> dict[str, Any]:
    """Where it stands, and what was said with that."""
    lead, change = state.lead, state.lead.disposition_change
    words = {name: show_word(name, getattr(change, name, None)) for name in WORDS}
    outcome = state.catalogue.dispositions[lead.disposition_id].outcome
    return {"outcome": outcome, **{name: value for name, value in words.items() if value is not None}}


def _archive(state: LeadState) -> dict[str, Any] | None:
    shown = show_archive(state)
    return shown and {name: shown[name] for name in ("reason", "note") if shown[name] is not None}


def _override(state: LeadState) -> dict[str, Any] | None:
    shown = show_override(state)
    return shown and {name: shown[name] for name in ("enabled", "reason") if shown[name] is not None}


def _answers(state: LeadState) -> dict[str, dict[str, Any]]:
    """Those of the workspace's own items; an item of one lead alone is none that another has."""
    found: dict[str, dict[str, Any]] = {}
    for key, row in state.answers.items():
        item = state.definitions.by_id.get(key)
        if item is not None and not item.is_file:
            shown = show_answer(row)
            found[item.code] = {name: shown[name] for name in _ANSWER_ORDER if shown[name] is not None}
    return dict(sorted(found.items()))


_ANSWER_ORDER: Final = ("value", "status", "override")


def _points(state: LeadState) -> list[dict[str, Any]]:
    shown = [show_point(point) for point in state.contact_points]
    return [{name: value for name, value in one.items() if value not in (None, False)} for one in shown]


def body_of(state: LeadState, *, ids: bool = False) -> dict[str, Any]:
    """The lead as a create body of the native API: what it lacks is not in it."""
    found: dict[str, Any] = {name: show(state) for name, show in _OWN.items()} if ids else {}
    found |= {name: show(state) for name, show in _VALUES.items()}
    found = {name: value for name, value in found.items() if name == "source" or not _is_nothing(name, value)}
    for section in ("address", "profile"):
        leaves = {
            path.partition(".")[2]: value
            for path, show in _BESIDE.items()
            if path.startswith(section) and (value := show(state)) is not None
        }
        found |= {section: leaves} if leaves else {}
    sections = {
        "metadata": state.lead.metadata,
        "disposition": _disposition(state),
        "tags": show_tags(state),
        "contact_points": _points(state),
        "answers": _answers(state),
        "consent": _consent(state),
    }
    found |= {name: value for name, value in sections.items() if value}
    for name, value in (("archive", _archive(state)), ("override", _override(state))):
        if value is not None:
            found[name] = value
    return found


def _is_nothing(name: str, value: Any) -> bool:
    """False says nothing of a verification, and much of whether a lead is enabled."""
    return value in (None, "", {}) or (value is False and name.endswith("_verified"))


def _consent(state: LeadState) -> dict[str, Any]:
    lead = state.lead
    found: dict[str, Any] = {}
    for channel, column in COLUMN_OF_CHANNEL.items():
        since = getattr(lead, column)
        if since is not None:
            found[str(channel)] = {"opted_in": False, "at": format_moment(since)}
    return found


class Columns:
    """The same for every lead of a workspace, so that two exports can be laid side by side."""

    def __init__(self, definitions: Definitions, *, ids: bool = False) -> None:
        shows: dict[str, Callable[[LeadState], str]] = {}
        for path, show in {**(_OWN if ids else {}), **_VALUES}.items():
            shows[path] = _cell_of(path, show)
        for path, show in _BESIDE.items():
            shows[path] = _cell_of(path, show)
        self._before = list(shows.values())
        shows |= {f"disposition.{name}": _text for name in _SAID}
        shows["tags"] = _tags
        shows["contact_points"] = lambda state: _json(_points(state))
        for channel, column in COLUMN_OF_CHANNEL.items():
            shows[f"opt_out.{channel}"] = partial(_since, column)
        shows["archived"] = lambda state: "yes" if state.lead.archived_at else ""
        shows["archive.reason"] = lambda state: _text((_archive(state) or {}).get("reason"))
        shows["archive.note"] = lambda state: _text((_archive(state) or {}).get("note"))
        shows["override.enabled"] = lambda state: _text((_override(state) or {}).get("enabled"))
        shows["override.reason"] = lambda state: _text((_override(state) or {}).get("reason"))
        for item in definitions.items:
            if not item.is_file:
                shows[f"answers.{item.code}"] = partial(_answer, item)
        shows["metadata"] = lambda state: _json(state.lead.metadata)
        assert {path for path in shows if not path.startswith("answers.")} <= set(FIXED)
        self.names = list(shows)
        self._after = list(shows.values())[len(self._before) + len(_SAID) :]
        self.safe = frozenset(at for at, name in enumerate(self.names) if name in _NUMBERS)

    def row(self, state: LeadState) -> list[str]:
        said = _disposition(state)
        cells = [show(state) for show in self._before]
        cells += [_text(said.get(name)) for name in _SAID]
        return cells + [show(state) for show in self._after]


def _cell_of(path: str, show: Show) -> Callable[[LeadState], str]:
    if path in _JSON:
        return lambda state: _json(show(state))
    if path.endswith("_verified"):
        return lambda state: "yes" if show(state) else ""
    return lambda state: _text(show(state))


def _since(column: str, state: LeadState) -> str:
    since = getattr(state.lead, column)
    return format_moment(since) if since else ""


def _tags(state: LeadState) -> str:
    names = show_tags(state)
    if any(_SEPARATORS.search(name) for name in names):
        return _json(names)
    return "; ".join(names)


def _answer(item: ItemDef, state: LeadState) -> str:
    """The plain value, where that alone says it all; else the whole answer."""
    row = state.answers.get(item.id)
    if row is None:
        return ""
    may_be_plain = item.field_type in _PLAIN or isinstance(row.value, str)
    is_whole = may_be_plain and not row.override and row.status == AnswerStatus.COMPLETED
    text = "" if isinstance(row.value, dict | list) else _text(row.value)
    if is_whole and text and text == text.strip() and not text.startswith(("{", "[")):
        return text
    shown = show_answer(row)
    return _json({name: shown[name] for name in _ANSWER_ORDER if shown[name] is not None})


def _json(value: object) -> str:
    """Keys in their own order, which no database promises, so sorted; "" for nothing."""
    if not value:
        return ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=isinstance(value, dict))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
