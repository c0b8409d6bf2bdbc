"""The checklist as it is asked of one lead: each item with its input, its state and why it is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.http import QueryDict

from checklists.definitions import Definitions, GroupDef, ItemDef
from checklists.progress import ItemState, Progress
from checklists.rules import ADDRESS_PARTS, FieldType
from checklists.words import PART_NAMES
from leads.admin.pages.lead.seen import THEIRS, Clash, Since
from leads.admin.reasons import reason_words
from leads.admin.telling import answer_words
from leads.models import Answer, AnswerStatus, Document
from leads.timeline import escape
from leads.values import is_empty

_INPUTS: Final[Mapping[str, str]] = {"EMAIL": "email", "PHONE": "tel", "URL": "url", "DATE": "date"}


@dataclass(slots=True)
class Row:
    """One item. `typed` and `error` are those of a value that was refused; it stays in its field."""

    item: ItemDef
    state: ItemState
    answer: Answer | None
    version: int
    hidden: str = ""
    documents: list[Document] = field(default_factory=list)
    typed: Any = None
    is_typed: bool = False
    error: str = ""
    clash: Clash | None = None
    oob: bool = False
    # When it was added, if the lead was there already.
    later: datetime | None = None

    @property
    def key(self) -> str:
        """Stands in ids; a code has no sign that an id must not have."""
        return f"item-{self.item.code}"

    @property
    def name(self) -> str:
        return f"answer.{self.item.code}"

    @property
    def value(self) -> Any:
        if self.is_typed:
            return self.typed
        return self.answer.value if self.answer else None

    def refuse(
        self, form: Any, problems: Mapping[str, str], clashes: Mapping[str, Clash], since: Since
    ) -> None:
        """What was typed stays in its field, although it was not stored, with what is wrong beneath it. What
        was merely on the screen, or given up for theirs, shows what stands there by now."""
        self.error = problems.get(f"answers.{self.item.code}", "")
        self.clash = clashes.get(self.item.code)
        typed = typed_value(self.item, form)
        if isinstance(typed, Nothing) or since.picks.get(self.item.code) == THEIRS:
            return
        shown = value_of(since.before(f"/answers/{escape(self.item.code)}"))
        self.is_typed = bool(self.error) or not same_answer(self.item, typed, shown)
        self.typed = typed if self.is_typed else None

    @property
    def kind(self) -> str:
        """Which input: one of text, long, number, choice, several, yes_no, address, file."""
        type_, rules = self.item.field_type, cast("Mapping[str, Any]", self.item.rules)
        if self.item.is_file:
            return "file"
        if type_ == "SELECT":
            return "several" if rules.get("multiple") else "choice"
        if type_ == "TEXT":
            return "long" if rules.get("max_length", 0) > 200 else "text"
        return {"BOOLEAN": "yes_no", "ADDRESS": "address", "NUMBER": "number"}.get(type_, "text")

    @property
    def input(self) -> str:
        return _INPUTS.get(self.item.field_type, "text")

    @property
    def text(self) -> str:
        return "" if self.value is None else str(self.value)

    @property
    def options(self) -> list[tuple[str, bool]]:
        chosen = self.value if isinstance(self.value, list) else [self.value]
        return [
            (option, option in chosen) for option in cast("list[str]", self.item.rules.get("options", ()))
        ]

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """(input name, label, text) of the parts of an address."""
        value = self.value if isinstance(self.value, Mapping) else {}
        return [
            (f"{self.name}.{part}", str(PART_NAMES[part]), str(value.get(part) or ""))
            for part in ADDRESS_PARTS
        ]

    @property
    def status(self) -> str:
        return str(self.answer.status) if self.answer else AnswerStatus.TODO

    @property
    def status_label(self) -> str:
        return str(AnswerStatus(self.status).label)

    @property
    def problem(self) -> str:
        return self.error or (self.answer.problem if self.answer else "")

    @property
    def said(self) -> str:
        return answer_words(self.answer.value, self.item.field_type) if self.answer else ""

    @property
    def theirs(self) -> str:
        theirs: Any = self.clash.theirs if self.clash else None
        value = theirs.get("value") if isinstance(theirs, Mapping) else None
        return answer_words(value, self.item.field_type)

    @property
    def mine(self) -> str:
        return answer_words(self.clash.mine if self.clash else None, self.item.field_type)

    @property
    def is_open(self) -> bool:
        return self.state.applies and not self.state.done


@dataclass(slots=True)
class Group:
    name: str
    rows: list[Row]
    required: int
    done: int
    in_review: int


def groups_of(
    definitions: Definitions,
    progress: Progress,
    answers: Mapping[UUID, Answer],
    documents: Iterable[Document],
    version: int,
) -> list[Group]:
    by_item: dict[UUID | None, list[Document]] = {}
    for document in documents:
        by_item.setdefault(document.item_id, []).append(document)
    return [
        _group(
            group,
            progress,
            [
                row_of(item, definitions, progress, answers, version, by_item.get(item.id, []))
                for item in group.items
            ],
        )
        for group in definitions.groups
        if group.items
    ]


def row_of(
    item: ItemDef,
    definitions: Definitions,
    progress: Progress,
    answers: Mapping[UUID, Answer],
    version: int,
    documents: list[Document] | None = None,
) -> Row:
    state = progress.items[item.id]
    hidden = "" if state.applies else reason_words(state, definitions)
    return Row(item, state, answers.get(item.id), version, hidden, documents or [])


def _group(group: GroupDef, progress: Progress, rows: list[Row]) -> Group:
    counts = progress.by_group[group.id]
    return Group(group.name, rows, counts.required, counts.done, counts.in_review)


def younger_items(definitions: Definitions, came: datetime) -> dict[UUID, datetime]:
    """When each of the items was added that the checklist did not have when the lead came."""
    return {item.id: item.added_at for item in definitions.items if item.added_at and item.added_at > came}


class Nothing:
    """The form does not hold this item at all."""


NOTHING: Final = Nothing()


def typed_value(item: ItemDef, form: QueryDict) -> Any:
    """What a form says to an item, in the shape of its type."""
    name = f"answer.{item.code}"
    if item.field_type == FieldType.ADDRESS:
        if f"{name}.{ADDRESS_PARTS[0]}" not in form:
            return NOTHING
        parts = {part: form.get(f"{name}.{part}", "").strip() for part in ADDRESS_PARTS}
        return {part: text or None for part, text in parts.items()} if any(parts.values()) else None
    if item.rules.get("multiple"):
        shown = name in form or f"{name}.shown" in form
        return [text for text in form.getlist(name) if text] if shown else NOTHING
    if name not in form:
        return NOTHING
    text = str(form[name]).replace("\r\n", "\n").strip()
    if item.field_type == FieldType.BOOLEAN and text:
        return text == "yes"
    return text or None


def value_of(told: object) -> object:
    return told.get("value") if isinstance(told, Mapping) else None


def same_answer(item: ItemDef, typed: Any, stored: Any) -> bool:
    """Whether the input still shows what is stored; numbers are typed as text."""
    if is_empty(typed) or is_empty(stored):
        return is_empty(typed) and is_empty(stored)
    if isinstance(typed, list):
        return set(typed) == set(stored if isinstance(stored, list) else [stored])
    if isinstance(typed, dict):
        known = stored if isinstance(stored, Mapping) else {}
        return all((typed.get(part) or None) == (known.get(part) or None) for part in ADDRESS_PARTS)
    if isinstance(typed, bool) or isinstance(stored, bool):
        return typed is stored
    return str(typed) == str(stored)
