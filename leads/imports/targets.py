"""What a column may become: the native API's own fields, and a few words that only a table needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from checklists.definitions import Definitions
from checklists.rules import FieldType
from leads.models import Channel
from leads.validation.fields import DISPOSITION
from leads.values import nearest_of
from leads.voices.hub.lead import KEYS
from leads.voices.hub.sections import WORDS
from leads.voices.shape import Part, leaves

Reads = Literal[
    "text", "flag", "day", "moment", "number", "json", "tags", "member", "opt", "answer", "country", "street"
]


@dataclass(frozen=True, slots=True)
class Target:
    """`path` is the lead's own; `reads` what a cell has to be turned into before the rules see it."""

    path: str
    reads: Reads = "text"

    @property
    def section(self) -> str:
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


_JSON: Final = ("metadata", "answers", "contact_points", "click_ids", "ad_consents")
_NUMBERS: Final = frozenset({"number", "integer"})
_NAMED: Final[Mapping[str, Reads]] = {
    "address.country": "country",
    "address.line1": "street",
    "address.line2": "street",
}
_ANSWERS: Final[Mapping[str, Reads]] = {FieldType.DATE: "day", FieldType.NUMBER: "number"}


def _reads(part: Part) -> Reads:
    schema = part.schema
    kinds = schema.get("type", part.type)
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if schema.get("format") == "date-time":
        return "moment"
    if schema.get("format") == "date":
        return "day"
    if part.type == "boolean" or "boolean" in kinds:
        return "flag"
    return "number" if kinds & _NUMBERS else "text"


def _word_reads(name: str) -> Reads:
    if name.endswith("_at"):
        return "moment"
    return "flag" if name == "is_missed_call_follow_up" else "text"


def _fixed() -> Iterator[Target]:
    for part in leaves(tuple(key.part for key in KEYS)):
        if part.to and not part.read_only and part.to not in {*_JSON, "assignee"}:
            yield Target(part.to, _NAMED.get(part.to, _reads(part)))
    yield Target("note")
    yield Target("assignee", "member")
    yield Target("tags", "tags")
    yield from (Target(name, "json") for name in _JSON)
    yield from (Target(f"contact_points.{kind}") for kind in ("phone", "email"))
    yield from (Target(f"disposition.{name}") for name in ("outcome", "stage"))
    yield from (Target(f"disposition.{name}", _word_reads(name)) for name in WORDS)
    yield from (Target(f"opt_out.{channel}", "opt") for channel in Channel.values)
    yield from (Target(f"opt_in.{channel}", "opt") for channel in Channel.values)
    yield Target("archived", "flag")
    yield from (Target("archive.reason", "number"), Target("archive.note"))
    yield from (Target("override.enabled", "flag"), Target("override.reason"))
    yield from (Target("created_at", "moment"), Target("updated_at", "moment"), Target("id"))


FIXED: Final[Mapping[str, Target]] = {target.path: target for target in _fixed()}
IGNORE: Final = "ignore"
assert set(WORDS) <= set(DISPOSITION)


def find_target(path: str, definitions: Definitions) -> Target | None:
    """A field by its path, a key of the metadata, or an item of the checklist by its code."""
    if path in FIXED:
        return FIXED[path]
    section, _dot, name = path.partition(".")
    if section == "metadata" and name:
        return Target(path)
    if section == "answers" and name:
        item = definitions.item(name)
        return Target(f"answers.{item.code}", _ANSWERS.get(item.field_type, "answer")) if item else None
    return None


def nearest_targets(path: str, definitions: Definitions) -> list[str]:
    """What may have been meant, the likeliest first."""
    codes = [f"answers.{item.code}" for item in definitions.items]
    near = [nearest_of(path, [*FIXED, *codes])]
    last = path.rpartition(".")[2]
    near += [known for known in (*FIXED, *codes) if known.rpartition(".")[2] == last]
    by_last = {known.rpartition(".")[2]: known for known in (*codes, *FIXED)}
    near.append(by_last.get(nearest_of(last, list(by_last)), ""))
    return list(dict.fromkeys(name for name in near if name))[:3]
