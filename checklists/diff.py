"""What differs between the stored checklist and a wanted one: which row is meant, and what would change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.errors import Fault, InvalidDefinitions
from checklists.specs import TEXTS, ChecklistSpec, GroupSpec, ItemSpec

GROUP_FIELDS: Final = ("name", "conditions")
ITEM_FIELDS: Final = ("code", "label", "field_type", "is_required", "conditions", "rules", *TEXTS)

Part = TypeVar("Part", GroupSpec, ItemSpec)


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is added, archived, restored, changed, moved or ordered; groups go by name, items by code."""

    kind: str
    noun: str
    name: str
    field: str = ""
    old: object = None
    new: object = None
    id: UUID | None = None

    def __str__(self) -> str:
        what = f'{self.noun} "{self.name}"' if self.noun == "group" else f"{self.noun} {self.name}".rstrip()
        match self.kind:
            case "added":
                return f"+ {what}" + (f" ({self.new})" if self.new else "")
            case "archived" if self.noun == "item":
                return f"- {what}: archived, its answers are kept"
            case "archived":
                return f"- {what}: archived"
            case "restored":
                return f"+ {what}: restored from the archive"
        return f"~ {what}: {self.field} {_shown(self.old)} -> {_shown(self.new)}"


def diff_definitions(stored: ChecklistSpec, wanted: ChecklistSpec) -> list[Difference]:
    """The differences, in the order of the wanted checklist; `wanted` went through `match_stored`."""
    old_groups = {group.id: group for group in stored.groups}
    old_items = {item.id: item for item in stored.items}
    homes = {item.id: group for group in stored.groups for item in group.items}
    found: list[Difference] = []
    for group in wanted.groups:
        found += _diff_part("group", group, old_groups.get(group.id) if group.id else None, GROUP_FIELDS, "")
        for item in group.items:
            before, home = (old_items.get(item.id), homes.get(item.id)) if item.id else (None, None)
            found += _diff_part("item", item, before, ITEM_FIELDS, f"{item.field_type}, in {group.name}")
            if home is not None and home.id != group.id:
                found.append(Difference("moved", "item", item.code, "group", home.name, group.name, item.id))
    found += _diff_archived(
        "group", stored.groups, {group.id for group in wanted.groups}, lambda one: one.name
    )
    kept = {item.id for item in wanted.items}
    found += _diff_archived("item", stored.items, kept, lambda one: one.code)
    return found + list(_diff_order(stored, wanted))


def _diff_part(
    noun: str, part: Part, before: Part | None, fields: Iterable[str], summary: str
) -> Iterator[Difference]:
    name = part.name if isinstance(part, GroupSpec) else part.code
    if before is None:
        yield Difference("added", noun, name, new=summary)
        return
    if before.archived:
        yield Difference("restored", noun, name, id=part.id)
    for field in fields:
        old, new = getattr(before, field), getattr(part, field)
        if (old or None) != (new or None):
            yield Difference("changed", noun, name, field, old, new, part.id)


def _diff_archived(
    noun: str, stored: Iterable[Part], kept: set[UUID | None], name: Callable[[Part], str]
) -> Iterator[Difference]:
    for part in stored:
        if not part.archived and part.id not in kept:
            yield Difference("archived", noun, name(part), id=part.id)


def _diff_order(stored: ChecklistSpec, wanted: ChecklistSpec) -> Iterator[Difference]:
    """Only what stood in another order before; a newcomer in between is no reordering."""
    names = {group.id: group.name for group in wanted.groups}
    before, after = _common(stored.groups, wanted.groups)
    if before != after:
        old, new = [names[one] for one in before], [names[one] for one in after]
        yield Difference("ordered", "groups", "", "order", old, new)
    homes = {group.id: group for group in stored.groups}
    for group in wanted.groups:
        home = homes.get(group.id)
        codes = {item.id: item.code for item in group.items}
        before, after = _common(home.items if home else (), group.items)
        if before != after:
            old, new = [codes[one] for one in before], [codes[one] for one in after]
            yield Difference("ordered", "group", group.name, "order", old, new)


def _common(before: Iterable[Part], after: Iterable[Part]) -> tuple[list[UUID | None], list[UUID | None]]:
    old = [part.id for part in before if not part.archived]
    new = [part.id for part in after]
    return [one for one in old if one in new], [one for one in new if one in old]


def _shown(value: object) -> str:
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def match_stored(stored: ChecklistSpec, wanted: ChecklistSpec) -> ChecklistSpec:
    """The wanted checklist with the id of each row it means: by id, by code or name, or by its items."""
    matching = _Matching(stored)
    groups = matching.groups(wanted.groups)
    cleaned = ChecklistSpec(tuple(matching.with_items(group, at) for at, group in enumerate(groups)))
    if matching.faults:
        raise InvalidDefinitions(matching.faults)
    return cleaned


class _Matching:
    def __init__(self, stored: ChecklistSpec) -> None:
        self.stored = stored
        self.faults: list[Fault] = []
        self.group_ids = {group.name: group.id for group in stored.groups}
        self.item_ids = {item.code.lower(): item.id for item in stored.items}

    def groups(self, wanted: tuple[GroupSpec, ...]) -> list[GroupSpec]:
        known = {group.id for group in self.stored.groups}
        ids = {group.id for group in wanted if group.id}
        matched: list[GroupSpec] = []
        for at, group in enumerate(wanted):
            place = f"groups[{at}]"
            namesake = self.group_ids.get(group.name)
            if group.id is None:
                group_id = namesake or self._renamed(group, wanted)
                group = replace(group, id=None if group_id in ids else group_id)
            elif group.id not in known:
                self.faults.append(Fault(place, "not_found", _("This group is no longer there. Look again.")))
            if namesake is not None and namesake != group.id:
                self._taken(f"{place}.name", "duplicate_name", group.name)
            matched.append(group)
        return matched

    def _renamed(self, group: GroupSpec, wanted: tuple[GroupSpec, ...]) -> UUID | None:
        """The stored group that this one was, if all its items come from one that is wanted no more."""
        names = {other.name for other in wanted}
        homes = [one for one in self.stored.groups if codes_of(group) & codes_of(one)]
        if len(homes) != 1 or homes[0].archived or homes[0].name in names:
            return None
        newcomers = [other for other in wanted if other.id is None and other.name not in self.group_ids]
        followers = [other for other in newcomers if codes_of(other) & codes_of(homes[0])]
        return homes[0].id if len(followers) == 1 else None

    def with_items(self, group: GroupSpec, index: int) -> GroupSpec:
        known = {item.id for item in self.stored.items}
        items: list[ItemSpec] = []
        for at, item in enumerate(group.items):
            place = f"groups[{index}].items[{at}]"
            namesake = self.item_ids.get(item.code.lower())
            if item.id is None:
                item = replace(item, id=namesake)
            elif item.id not in known:
                self.faults.append(Fault(place, "not_found", _("This item is no longer there. Look again.")))
            if namesake is not None and namesake != item.id:
                self._taken(f"{place}.code", "duplicate_code", item.code)
            items.append(item)
        return replace(group, items=tuple(items))

    def _taken(self, path: str, code: str, name: str) -> None:
        words = _("%s is taken by another one, which may be archived. Rename or restore that one first.")
        self.faults.append(Fault(path, code, words % name))


def codes_of(group: GroupSpec) -> set[str]:
    return {item.code.lower() for item in group.items}
