"""A checklist as somebody wants it: plain values, and what must be true of them before they may be stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.conditions import UNREADABLE, clean_conditions, parse_conditions
from checklists.definitions import GroupDef, ItemDef, describe_circle, find_circle
from checklists.errors import Fault, InvalidDefinitions, faults_of
from checklists.models import CODE_LENGTH, LABEL_LENGTH, NAME_LENGTH, TEXT_LENGTH
from checklists.rules import Bare, FieldType
from checklists.ruling import clean_rules
from leadhub.workspaces.ids import new_id
from leads.values import clean_boolean, clean_choice, clean_line, clean_text

T = TypeVar("T")

MAX_GROUPS: Final = 100
MAX_ITEMS: Final = 500
TEXTS: Final = ("help_text", "client_instructions", "agent_instructions")

# No dot, because `lead.stage` and its like are facts and not items.
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSpec:
    code: str
    label: str
    field_type: str
    is_required: bool = True
    conditions: Mapping[str, Any] | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    help_text: str = ""
    client_instructions: str = ""
    agent_instructions: str = ""
    # The stored row, where one is known.
    id: UUID | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    name: str
    conditions: Mapping[str, Any] | None = None
    items: tuple[ItemSpec, ...] = ()
    id: UUID | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class ChecklistSpec:
    groups: tuple[GroupSpec, ...] = ()

    @property
    def items(self) -> list[ItemSpec]:
        return [item for group in self.groups for item in group.items]

    def live(self) -> ChecklistSpec:
        """Without what is archived."""
        groups = [group for group in self.groups if not group.archived]
        return ChecklistSpec(
            tuple(
                replace(group, items=tuple(item for item in group.items if not item.archived))
                for group in groups
            )
        )


def clean_checklist(wanted: ChecklistSpec) -> ChecklistSpec:
    """The same checklist in clean values; raises every fault at its place."""
    cleaning = _Cleaning()
    cleaned = cleaning.checklist(wanted)
    if not cleaning.faults:
        cleaning.check_circles(cleaned)
    if cleaning.faults:
        raise InvalidDefinitions(cleaning.faults)
    return cleaned


def clean_item(wanted: ItemSpec, known: Mapping[str, Bare]) -> ItemSpec:
    """One item beside a checklist that is in order already, as for one lead alone."""
    cleaning = _Cleaning()
    cleaned = cleaning.item(wanted, "")
    known = {
        **known,
        cleaned.code: UNREADABLE if cleaning.faults else Bare(cleaned.field_type, cleaned.rules),
    }
    cleaned = replace(cleaned, conditions=cleaning.conditions(wanted.conditions, known, "conditions"))
    if not cleaning.faults:
        cleaning.check_circles(ChecklistSpec((GroupSpec(name="", items=(cleaned,)),)))
    if cleaning.faults:
        raise InvalidDefinitions(cleaning.faults)
    return cleaned


def code_from_label(label: str, taken: set[str], otherwise: str = "ITEM") -> str:
    """A code for what came without one: the label in UPPER_SNAKE, numbered where that is taken."""
    words = re.findall(r"[A-Z0-9]+", label.upper().encode("ascii", "ignore").decode())
    base = "_".join(words)[: CODE_LENGTH - 4] or otherwise
    used = {code.lower() for code in taken}
    number = 1
    code = base
    while code.lower() in used:
        number += 1
        code = f"{base}_{number}"
    return code


class _Cleaning:
    """One pass over a checklist that goes on after a fault, so that all of them are told at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def checklist(self, wanted: ChecklistSpec) -> ChecklistSpec:
        if len(wanted.groups) > MAX_GROUPS or len(wanted.items) > MAX_ITEMS:
            words = _("A checklist has at most %(groups)d groups and %(items)d items.")
            self.fault("groups", "too_long", words % {"groups": MAX_GROUPS, "items": MAX_ITEMS})
            return wanted
        known: dict[str, Bare] = {}
        groups: list[GroupSpec] = []
        for index, group in enumerate(wanted.groups):
            place = f"groups[{index}]"
            items = [
                self._known_item(item, f"{place}.items[{at}]", known) for at, item in enumerate(group.items)
            ]
            name = self.value(f"{place}.name", "", _line, group.name, NAME_LENGTH)
            groups.append(replace(group, name=name, items=tuple(items)))
        self._refuse_doubles(groups)
        return ChecklistSpec(
            tuple(self._with_conditions(group, at, known) for at, group in enumerate(groups))
        )

    def item(self, wanted: ItemSpec, place: str) -> ItemSpec:
        def at(name: str) -> str:
            return f"{place}.{name}" if place else name

        field_type = self.value(at("field_type"), "", clean_choice, wanted.field_type, FieldType.values)
        texts: dict[str, Any] = {
            name: self.value(at(name), "", _words, getattr(wanted, name)) for name in TEXTS
        }
        return replace(
            wanted,
            code=self.value(at("code"), "", clean_code, wanted.code),
            label=self.value(at("label"), "", _line, wanted.label, LABEL_LENGTH),
            field_type=field_type,
            is_required=self.value(at("is_required"), False, clean_boolean, wanted.is_required),
            rules=self.value(at("rules"), {}, clean_rules, field_type, wanted.rules) if field_type else {},
            **texts,
        )

    def conditions(self, raw: object, known: Mapping[str, Bare], place: str) -> dict[str, Any] | None:
        return self.value(place, None, clean_conditions, raw, known)

    def check_circles(self, cleaned: ChecklistSpec) -> None:
        if circle := find_circle(definitions_of(cleaned)):
            self.fault("", "circle", describe_circle(circle))

    def fault(self, path: str, code: str, message: str) -> None:
        self.faults.append(Fault(path, code, message))

    def value(self, path: str, otherwise: T, clean: Callable[..., T], *arguments: object) -> T:
        try:
            return clean(*arguments)
        except ValidationError as error:
            self.faults += faults_of(error, path)
            return otherwise

    def _known_item(self, wanted: ItemSpec, place: str, known: dict[str, Bare]) -> ItemSpec:
        before = len(self.faults)
        item = self.item(wanted, place)
        known[item.code] = Bare(item.field_type, item.rules) if len(self.faults) == before else UNREADABLE
        return item

    def _with_conditions(self, group: GroupSpec, index: int, known: Mapping[str, Bare]) -> GroupSpec:
        place = f"groups[{index}]"
        items = [
            replace(
                item, conditions=self.conditions(item.conditions, known, f"{place}.items[{at}].conditions")
            )
            for at, item in enumerate(group.items)
        ]
        conditions = self.conditions(group.conditions, known, f"{place}.conditions")
        return replace(group, conditions=conditions, items=tuple(items))

    def _refuse_doubles(self, groups: list[GroupSpec]) -> None:
        names: dict[str, str] = {}
        codes: dict[str, str] = {}
        for index, group in enumerate(groups):
            place = f"groups[{index}].name"
            if group.name and names.setdefault(group.name, place) != place:
                words = _("%s has this name already. Give each group a name of its own.")
                self.fault(place, "duplicate_name", words % names[group.name])
            for at, item in enumerate(group.items):
                place = f"groups[{index}].items[{at}].code"
                if item.code and codes.setdefault(item.code.lower(), place) != place:
                    words = _("%s has this code already. Give each item a code of its own.")
                    self.fault(place, "duplicate_code", words % codes[item.code.lower()])


def clean_code(raw: object) -> str:
    code = _line(raw, CODE_LENGTH)
    if not _CODE.fullmatch(code):
        words = _("Write a code in letters, digits, underscores and hyphens, such as business_name.")
        raise ValidationError(words, "invalid_code")
    return code


def _line(raw: object, limit: int) -> str:
    if not (line := clean_line(raw, limit)):
        raise ValidationError(_("This is needed; fill it in."), "required")
    return line


def _words(raw: object) -> str:
    return clean_text(raw, TEXT_LENGTH, multiline=True)


def definitions_of(cleaned: ChecklistSpec) -> tuple[GroupDef, ...]:
    """The groups as they are judged, before anything is stored: for circles and for a preview."""
    groups: list[GroupDef] = []
    for group in cleaned.groups:
        group_id = group.id or new_id()
        items = tuple(_item_def(item, group_id) for item in group.items)
        condition = parse_conditions(group.conditions)
        groups.append(
            GroupDef(
                id=group_id, name=group.name, conditions=group.conditions, items=items, condition=condition
            )
        )
    return tuple(groups)


def _item_def(item: ItemSpec, group_id: UUID) -> ItemDef:
    return ItemDef(
        id=item.id or new_id(),
        group_id=group_id,
        code=item.code,
        label=item.label,
        field_type=item.field_type,
        is_required=item.is_required,
        conditions=item.conditions,
        rules=item.rules,
        help_text=item.help_text,
        client_instructions=item.client_instructions,
        agent_instructions=item.agent_instructions,
        condition=parse_conditions(item.conditions),
    )
