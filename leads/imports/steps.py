"""What is done with a cell that is more than a text: read it as its column says, put it where it belongs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.rules import FieldType
from leadhub.web.json import Unreadable as NotJson
from leadhub.web.json import read_json
from leadhub.workspaces.ids import parse_id
from leads.change import AnswerChange, ConsentWish, ContactPointChange, TagChange
from leads.imports.cells import date_reader, is_since, moment_reader, number_reader, yes_or_no
from leads.imports.desk import Desk
from leads.imports.mapping import Reading
from leads.imports.places import country_code, street
from leads.validation.problems import Problems
from leads.values import clean_integer
from leads.voices.hub.sent import read_answers, read_points

_SPLIT: Final = re.compile(r"\s*[;,|]\s*")
_ANSWER: Final = frozenset({"value", "status", "override"})
_SECTIONS: Final = frozenset({"address", "profile", "disposition", "archive", "override"})
_LOCAL: Final = {"archived": ("archive", "archived")}
_OWN: Final = frozenset({"id", "created_at", "updated_at"})

Rule = Callable[[str], object]


@dataclass(slots=True)
class Draft:
    """A change while its row is read."""

    fields: dict[str, object] = field(default_factory=dict)
    address: dict[str, object] = field(default_factory=dict)
    profile: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    disposition: dict[str, object] = field(default_factory=dict)
    archive: dict[str, object] = field(default_factory=dict)
    override: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    answers: list[AnswerChange] = field(default_factory=list)
    tags: list[object] = field(default_factory=list)
    consent: list[ConsentWish] = field(default_factory=list)
    contact_points: list[ContactPointChange] = field(default_factory=list)
    note: str | None = None
    problems: Problems = field(default_factory=Problems)

    def tag_change(self) -> TagChange | None:
        return TagChange(names=tuple(dict.fromkeys(self.tags))) if self.tags else None

    def put(self, section: str, name: str, value: object) -> None:
        target: dict[str, object] = getattr(self, section or "fields")
        target[name] = value


def step_of(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    """The step for one column; the words that it translates are looked up before anything else."""
    step = _step(reading, column, desk)
    if not reading.values:
        return step
    words = {key.strip().casefold(): str(value) for key, value in reading.values.items()}

    def translated(cell: str, draft: Draft) -> None:
        meant = words.get(cell.strip().casefold(), cell)
        if meant:
            step(meant, draft)

    return translated


def _step(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    target = reading.target
    special = _SPECIAL.get(target.path) or _SPECIAL.get(f"{target.section}.*")
    if special is not None:
        return special(reading, column, desk)
    if target.path in _OWN:
        return _attempt(
            target.path, _own_rule(reading, desk), lambda draft, value: _put_own(draft, target.path, value)
        )
    section, name = _LOCAL.get(target.path, (target.section, target.name))
    return _attempt(target.path, _rule(reading, desk), lambda draft, value: draft.put(section, name, value))


def _attempt(path: str, rule: Rule, put: Callable[[Draft, Any], None]) -> Callable[[str, Draft], None]:
    def step(cell: str, draft: Draft) -> None:
        value = draft.problems.attempt(path, cell, lambda: rule(cell))
        if value is not None:
            put(draft, value)

    return step


def _rule(reading: Reading, desk: Desk) -> Rule:
    target = reading.target
    if target.path == "archive.reason":
        return lambda cell: clean_integer(cell, 0, 9)
    if target.path in {"disposition.outcome", "disposition.stage"}:
        return desk.outcome if target.name == "outcome" else lambda cell: cell.strip().casefold()
    if target.reads in _READERS:
        return _READERS[target.reads]
    match target.reads:
        case "day":
            return date_reader(reading.date or "YYYY-MM-DD")
        case "moment":
            return moment_reader(reading.date or "YYYY-MM-DD", desk.zone)
        case "member":
            return desk.member
    return number_reader(reading.number) if reading.number else lambda cell: cell


def _own_rule(reading: Reading, desk: Desk) -> Rule:
    if reading.target.path == "id":
        return _lead_id
    return moment_reader(reading.date or "YYYY-MM-DD", desk.zone)


def _put_own(draft: Draft, name: str, value: object) -> None:
    draft.own[name] = value


def _lead_id(cell: str) -> object:
    found = parse_id(cell.strip())
    if found is None:
        raise ValidationError(_("This is no id of a lead."), code="invalid_id")
    return found


def _json(cell: str) -> object:
    try:
        return read_json(cell.encode("utf-8", "replace"))
    except NotJson as refusal:
        raise ValidationError(_("Write JSON here: %s") % refusal.message, code=refusal.code) from None


def _object(cell: str) -> object:
    value = _json(cell)
    if not isinstance(value, dict):
        raise ValidationError(_('Write a JSON object here, such as {"plan": "pro"}.'), code="invalid_type")
    return value


_READERS: Final = {"flag": yes_or_no, "json": _object, "country": country_code, "street": street}


# Columns that are more than a value.


def _name(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    """“Ruiz, Ana” says which half is which, so nothing has to be split by guess."""

    def step(cell: str, draft: Draft) -> None:
        last, comma, first = cell.strip().partition(",")
        if not comma:
            last, _space, first = cell.strip().partition(" ")
        draft.fields["last_name"] = last.strip()
        if first.strip():
            draft.fields["first_name"] = first.strip()

    return step if reading.order == "last first" else lambda cell, draft: draft.put("", "name", cell)


def _note(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    """Several columns of notes are one note, each under its name."""

    def step(cell: str, draft: Draft) -> None:
        draft.note = cell if draft.note is None else f"{draft.note}\n{column}: {cell}"

    return step


def _tags(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    def step(cell: str, draft: Draft) -> None:
        draft.tags += split_tags(cell, reading.split)

    return step


def split_tags(cell: str, separator: str = "") -> list[str]:
    text = cell.strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            return found
    parts = text.split(separator) if separator else _SPLIT.split(text)
    return [part.strip() for part in parts if part.strip()]


def _metadata(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    name = reading.target.path.removeprefix("metadata.")
    if name == "metadata":
        # A column of its own wins over the same key of the whole.
        return _attempt("metadata", _object, lambda draft, value: _underlay(draft.metadata, value))
    rule = number_reader(reading.number) if reading.number else lambda cell: cell
    return _attempt(f"metadata.{name}", rule, lambda draft, value: draft.put("metadata", name, value))


def _underlay(metadata: dict[str, object], value: Mapping[str, object]) -> None:
    for key, one in value.items():
        metadata.setdefault(key, one)


def _contact(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    kind = reading.target.name
    label = column[:50]

    def step(cell: str, draft: Draft) -> None:
        for value in cell.split(reading.split) if reading.split else [cell]:
            if value.strip():
                draft.contact_points.append(ContactPointChange(kind, value.strip(), label))

    return step


def _points(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    def put(draft: Draft, value: object) -> None:
        draft.contact_points += read_points({"add": value}, None, draft.problems)

    return _attempt("contact_points", _json, put)


def _answers(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    def put(draft: Draft, value: object) -> None:
        draft.answers += read_answers(value, None, draft.problems)

    return _attempt("answers", _object, put)


def _answer(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    code = reading.target.name
    item = desk.definitions.item(code)
    is_several = bool(item and item.rules.get("multiple"))
    rule = _answer_rule(item.field_type if item else "", reading, is_several=is_several)

    def put(draft: Draft, value: object) -> None:
        is_whole = isinstance(value, dict) and bool(value) and set(value) <= _ANSWER
        draft.answers.append(AnswerChange(code, value if is_whole else {"value": value}))  # type: ignore[arg-type]

    return _attempt(f"answers.{code}", rule, put)


def _answer_rule(field_type: str, reading: Reading, *, is_several: bool) -> Rule:
    by_type: dict[str, Rule] = {
        FieldType.BOOLEAN: yes_or_no,
        FieldType.DATE: lambda cell: date_reader(reading.date or "YYYY-MM-DD")(cell).isoformat(),
        FieldType.NUMBER: number_reader(reading.number) if reading.number else lambda cell: cell,
    }
    several: Rule = lambda cell: split_tags(cell, reading.split or ";")  # noqa: E731
    plain = several if is_several else by_type.get(field_type, lambda cell: cell)

    def rule(cell: str) -> object:
        return _json(cell) if cell.startswith(("{", "[")) else plain(cell)

    return rule


def _consent(reading: Reading, column: str, desk: Desk) -> Callable[[str, Draft], None]:
    """Yes, no, or the moment since when. Who does not agree is opted out; who does not object, is not."""
    target = reading.target
    agrees = target.section == "opt_in"
    moment = moment_reader(reading.date or "YYYY-MM-DD", desk.zone)

    def rule(cell: str) -> object:
        return moment(cell) if is_since(cell) else yes_or_no(cell)

    def put(draft: Draft, value: Any) -> None:
        at = None if isinstance(value, bool) else value
        if value is False and not agrees:
            return
        opted_in = agrees and value is not False
        shown = _("Column “%s” of an imported list.") % column if opted_in else ""
        wish = ConsentWish(target.name, opted_in, text_shown=shown, at=at, yields=opted_in)
        draft.consent.append(wish)

    return _attempt(target.path, rule, put)


_SPECIAL: Final[Mapping[str, Callable[[Reading, str, Desk], Callable[[str, Draft], None]]]] = {
    "name": _name,
    "note": _note,
    "tags": _tags,
    "metadata": _metadata,
    "metadata.*": _metadata,
    "contact_points": _points,
    "contact_points.*": _contact,
    "answers": _answers,
    "answers.*": _answer,
    "opt_in.*": _consent,
    "opt_out.*": _consent,
}
