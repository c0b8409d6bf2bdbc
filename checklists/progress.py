"""What of a checklist applies to one lead, what is required, and how much is done. Answers in, counts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.conditions import FACT, Condition, Reader, Rule, broken_rules
from checklists.definitions import Definitions, GroupDef, ItemDef, load_definitions
from checklists.models import LABEL_LENGTH
from leads.values import clean_line, is_empty

__all__ = [
    "AnswerState",
    "Definitions",
    "GroupProgress",
    "ItemState",
    "Progress",
    "clean_override",
    "judge_checklist",
    "load_definitions",
    "open_codes",
]

DONE: Final = frozenset({"COMPLETED", "SKIPPED"})
IN_REVIEW: Final = "NEEDS_REVIEW"
INVALID: Final = "INVALID"


class Answered(Protocol):
    """A lead's answer as far as progress looks at it; a stored row will do."""

    @property
    def value(self) -> object: ...
    @property
    def status(self) -> str: ...
    @property
    def override(self) -> Mapping[str, object] | None: ...


@dataclass(frozen=True, slots=True)
class AnswerState:
    value: object = None
    status: str = "TODO"
    override: Mapping[str, object] | None = None


class Broken(NamedTuple):
    """A rule that does not hold, and what its code read as. Not `applies`: that item is hidden itself."""

    rule: Rule
    value: object
    applies: bool


# Not frozen: one is made for each item of each imported lead, and freezing is a quarter of that time.
@dataclass(slots=True)
class ItemState:
    item: ItemDef
    label: str
    applies: bool
    required: bool
    done: bool
    in_review: bool
    broken: tuple[Broken, ...] = ()

    @property
    def hidden_reason(self) -> str:
        """ "because entity_type is Sole proprietor"; empty for an item that applies."""
        parts = dict.fromkeys(_describe(broken) for broken in self.broken)
        return _("because %s") % _(" and ").join(parts) if parts else ""


@dataclass(slots=True)
class GroupProgress:
    applies: bool
    required: int = 0
    done: int = 0
    in_review: int = 0

    def as_json(self) -> dict[str, int]:
        return {"required": self.required, "done": self.done, "in_review": self.in_review}


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of the required items that apply; `in_review` ones are not done yet."""

    required: int
    done: int
    in_review: int
    by_group: Mapping[UUID, GroupProgress]
    items: Mapping[UUID, ItemState]
    revision: int = field(default=0)

    def groups_as_json(self) -> dict[str, dict[str, int]]:
        return {str(group_id): group.as_json() for group_id, group in self.by_group.items()}


def judge_checklist(
    definitions: Definitions, answers: Mapping[UUID, Answered], facts: Mapping[str, object]
) -> Progress:
    """`answers` by item id; items without one are untouched. `facts` are spelled `lead.stage` and so on."""
    judge = _Judge(definitions, answers, facts)
    for item in definitions.in_judging_order:
        judge.look_at(item)
    by_group: dict[UUID, GroupProgress] = {}
    items: dict[UUID, ItemState] = {}
    for group in definitions.groups:
        counts = by_group[group.id] = GroupProgress(applies=not judge.broken_of_group(group))
        for item in group.items:
            state = items[item.id] = judge.states[item.code]
            if state.required:
                counts.required += 1
                counts.done += state.done
                counts.in_review += state.in_review
    every = by_group.values()
    return Progress(
        required=sum(group.required for group in every),
        done=sum(group.done for group in every),
        in_review=sum(group.in_review for group in every),
        by_group=by_group,
        items=items,
        revision=definitions.revision,
    )


def open_codes(definitions: Definitions, progress: Progress, codes: Iterable[str]) -> list[str]:
    """Those of the codes that apply to the lead and are not done; codes that are gone ask for nothing."""
    found = (definitions.item(code) for code in codes)
    states = (progress.items[item.id] for item in found if item is not None)
    return [state.item.code for state in states if state.applies and not state.done]


def clean_override(raw: object) -> dict[str, object] | None:
    """What one lead's checklist says differently: a label, and whether the item is required."""
    if raw is None or raw == {}:
        return None
    if not isinstance(raw, dict):
        raise ValidationError(_("Send a label and is_required, or null."), "invalid_type")
    if raw.keys() - {"label", "is_required"}:
        raise ValidationError(_("Only label and is_required can differ for one lead."), "unknown_field")
    override: dict[str, object] = {}
    if raw.get("label") is not None and (label := clean_line(raw["label"], LABEL_LENGTH)):
        override["label"] = label
    if raw.get("is_required") is not None:
        if not isinstance(raw["is_required"], bool):
            raise ValidationError(_("Send true or false for is_required."), "invalid_type")
        override["is_required"] = raw["is_required"]
    return override or None


_UNTOUCHED: Final = AnswerState()


class _Judge:
    """One pass over the items, each after those it asks about."""

    def __init__(
        self, definitions: Definitions, answers: Mapping[UUID, Answered], facts: Mapping[str, object]
    ) -> None:
        self.answers = answers
        self.groups = definitions.groups_by_id
        self.states: dict[str, ItemState] = {}
        # What conditions read: facts, and the answers of items that apply and were not refused.
        self.seen: dict[str, object] = {code: value for code, value in facts.items() if code.startswith(FACT)}
        self.read: Reader = self.seen.get
        self._groups_judged: dict[UUID, tuple[Broken, ...]] = {}

    def look_at(self, item: ItemDef) -> None:
        answer = self.answers.get(item.id, _UNTOUCHED)
        broken = self.broken_of_group(self.groups[item.group_id]) or self._broken(item.condition)
        override = answer.override or {}
        applies = not broken
        if applies and answer.status != INVALID and not is_empty(answer.value):
            self.seen[item.code] = answer.value
        self.states[item.code] = ItemState(
            item=item,
            label=str(override.get("label") or item.label),
            applies=applies,
            required=applies and bool(override.get("is_required", item.is_required)),
            done=answer.status in DONE,
            in_review=answer.status == IN_REVIEW,
            broken=broken,
        )

    def broken_of_group(self, group: GroupDef) -> tuple[Broken, ...]:
        if group.id not in self._groups_judged:
            self._groups_judged[group.id] = self._broken(group.condition)
        return self._groups_judged[group.id]

    def _broken(self, condition: Condition | None) -> tuple[Broken, ...]:
        if condition is None or condition.holds(self.read):
            return ()
        return tuple(
            Broken(rule, self.read(rule.code), rule.code not in self.states or self.states[rule.code].applies)
            for rule in broken_rules(condition, self.read)
        )


def _describe(broken: Broken) -> str:
    name = broken.rule.code
    if not broken.applies:
        return _("%s does not apply") % name
    if is_empty(broken.value):
        return _("%s is not answered") % name
    return _("%(name)s is %(value)s") % {"name": name, "value": _shown(broken.value)}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)
