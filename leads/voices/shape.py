"""Declared shapes: how the keys of a dialect's body map to a lead's fields, both ways, and to OpenAPI."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.change import CLEAR
from leads.errors import Problem

ABSENT: Final = object()


class Null(enum.Enum):
    """What a dialect means by null, or by an empty text, at a key."""

    CLEAR = "clear"
    LEAVE = "leave"
    REFUSE = "refuse"
    VALUE = "value"  # like any other


@dataclass(frozen=True, slots=True)
class Part:
    """One key. `to` names the lead's field ("first_name", "address.city", "metadata.utm_source"); a part
    without it is read by the voice itself, or ignored when it is `read_only`."""

    name: str
    to: str = ""
    type: str = "string"
    null: Null = Null.CLEAR
    blank: Null = Null.CLEAR
    required: bool = False
    read_only: bool = False
    parts: tuple[Part, ...] = ()
    schema: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    # The lead's own name of what the voice reads by itself, so that its problems find this key.
    means: str = ""

    @property
    def internal(self) -> str:
        return self.to or self.means


@dataclass(slots=True)
class Sent:
    """What a body says about the lead, section by section, and what of it was ignored."""

    fields: dict[str, object] = field(default_factory=dict)
    address: dict[str, object] = field(default_factory=dict)
    profile: dict[str, object] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    own: dict[str, object] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def put(self, to: str, value: object) -> None:
        section, _dot, name = to.rpartition(".")
        target: dict[str, object] = getattr(self, section or "fields")
        target[name] = None if section == "metadata" and value is CLEAR else value

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.address or self.profile or self.metadata or self.own)


@dataclass(frozen=True, slots=True)
class Shape:
    """A body of a dialect: read it, name a field in its words, describe it."""

    name: str
    parts: tuple[Part, ...]
    about: str = ""

    def read(self, body: Mapping[str, object], shown: Mapping[str, object] | None = None) -> Sent:
        """What was sent. A value equal to what the dialect shows for the lead right now is left alone."""
        sent = Sent()
        _read(self.parts, body, shown or {}, "", sent)
        return sent

    def wire_name(self, internal: str) -> str:
        """The dialect's own path of a field, for its errors: "contact.email" for "email"."""
        return _wire_names(self.parts, "").get(internal, internal)

    def schema(self) -> dict[str, Any]:
        found = {"title": self.name, **_schema(self.parts)}
        return {**found, "description": self.about} if self.about else found


def _read(
    parts: tuple[Part, ...],
    body: Mapping[str, object],
    shown: Mapping[str, object],
    path: str,
    sent: Sent,
) -> None:
    known = {part.name for part in parts}
    sent.ignored += [path + key for key in body if key not in known]
    for part in parts:
        raw = body.get(part.name, ABSENT)
        if raw is ABSENT:
            if part.required:
                sent.problems.append(
                    Problem(part.internal or path + part.name, "required", _("Send a value here."))
                )
        elif same(raw, shown.get(part.name, ABSENT)):
            continue
        elif part.read_only:
            sent.ignored.append(path + part.name)
        elif part.parts:
            _read_group(part, raw, shown, path, sent)
        else:
            _read_leaf(part, raw, path, sent)


def _read_group(part: Part, raw: object, shown: Mapping[str, object], path: str, sent: Sent) -> None:
    """A null group is left alone; only its leaves can be cleared."""
    if raw is None:
        return
    if not isinstance(raw, Mapping):
        sent.problems.append(Problem(path + part.name, "invalid_type", _("Send an object here."), raw))
        return
    before = shown.get(part.name)
    _read(part.parts, raw, before if isinstance(before, Mapping) else {}, f"{path}{part.name}.", sent)


def _read_leaf(part: Part, raw: object, path: str, sent: Sent) -> None:
    is_blank = isinstance(raw, str) and not raw.strip()
    word = part.null if raw is None else part.blank if is_blank else Null.VALUE
    if word is Null.LEAVE:
        return
    if word is Null.REFUSE:
        sent.problems.append(
            Problem(path + part.name, "required", _("Send a value here; it cannot be empty."), raw)
        )
        return
    value = CLEAR if word is Null.CLEAR else raw
    if part.to:
        sent.put(part.to, value)
    else:
        sent.own[part.name] = value


def same(one: object, other: object) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def _wire_names(parts: tuple[Part, ...], path: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for part in parts:
        if part.parts:
            names |= _wire_names(part.parts, f"{path}{part.name}.")
        elif part.internal:
            names[part.internal] = path + part.name
    return names


def _schema(parts: tuple[Part, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "properties": {part.name: _part_schema(part) for part in parts},
    }
    required = [part.name for part in parts if part.required]
    return {**found, "required": required} if required else found


def _part_schema(part: Part) -> dict[str, Any]:
    schema: dict[str, Any] = _schema(part.parts) if part.parts else dict(part.schema)
    if part.type != "any":
        schema.setdefault("type", part.type)
    nullable = part.parts or part.null is not Null.REFUSE
    if nullable and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if part.read_only:
        schema["readOnly"] = True
    if part.about:
        schema["description"] = part.about
    return schema


def leaves(parts: tuple[Part, ...]) -> Iterator[Part]:
    for part in parts:
        yield from leaves(part.parts) if part.parts else (part,)
