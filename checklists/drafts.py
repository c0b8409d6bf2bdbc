"""A checklist that is being worked on: kept as JSON until it is published, and the steps of working on it.

A part that is not stored yet has an id of its own already; `publishable` takes it away again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from checklists.specs import ChecklistSpec, GroupSpec, ItemSpec

Part = TypeVar("Part", GroupSpec, ItemSpec)


class Listed(Protocol):
    """What stands in a list that has an order."""

    @property
    def id(self) -> UUID | None: ...

    @property
    def archived(self) -> bool: ...


One = TypeVar("One", bound=Listed)


def as_json(checklist: ChecklistSpec) -> list[dict[str, Any]]:
    return [_plain(asdict(group)) for group in checklist.groups]


def from_json(groups: Iterable[Mapping[str, Any]]) -> ChecklistSpec:
    return ChecklistSpec(tuple(_group(group) for group in groups))


def publishable(draft: ChecklistSpec, stored: ChecklistSpec) -> ChecklistSpec:
    """The draft without what is archived; what is new in it goes without an id."""
    known = {group.id for group in stored.groups} | {item.id for item in stored.items}

    def part(one: Part) -> Part:
        return one if one.id in known else replace(one, id=None)

    groups = (replace(part(group), items=tuple(map(part, group.items))) for group in draft.live().groups)
    return ChecklistSpec(tuple(groups))


def find_group(draft: ChecklistSpec, key: UUID) -> GroupSpec | None:
    return next((group for group in draft.groups if group.id == key), None)


def find_item(draft: ChecklistSpec, key: UUID) -> tuple[GroupSpec, ItemSpec] | None:
    """The item and the group it stands in."""
    found = ((group, item) for group in draft.groups for item in group.items if item.id == key)
    return next(found, None)


def put_group(draft: ChecklistSpec, wanted: GroupSpec) -> ChecklistSpec:
    """In its place if it has one, else last. Its items stay as they are."""
    if find_group(draft, _key(wanted)) is None:
        return ChecklistSpec((*draft.groups, wanted))
    return _groups(draft, lambda one: replace(wanted, items=one.items) if one.id == wanted.id else one)


def put_item(draft: ChecklistSpec, wanted: ItemSpec, home: UUID) -> ChecklistSpec:
    """In its place if it is in that group already, else last in it. Conditions follow a new code."""
    before = find_item(draft, _key(wanted))
    if before is not None and before[0].id == home:
        placed = _items(draft, lambda one: wanted if one.id == wanted.id else one)
    else:
        placed = _groups(draft, lambda group: _with_item(group, wanted, home))
    if before is None or before[1].code == wanted.code:
        return placed
    return _renamed(placed, before[1].code, wanted.code)


def move(draft: ChecklistSpec, key: UUID, step: int) -> ChecklistSpec:
    """A group, or an item within its group, one place up (-1) or down (1) among those that are in use."""
    if find_group(draft, key) is not None:
        return ChecklistSpec(moved(draft.groups, key, step))
    return _groups(draft, lambda group: replace(group, items=moved(group.items, key, step)))


def moved(parts: Sequence[One], key: UUID, step: int) -> tuple[One, ...]:
    """One of them a place up (-1) or down (1), past those that are archived, which nobody sees."""
    found = list(parts)
    here = next((at for at, part in enumerate(found) if part.id == key), None)
    if here is None:
        return tuple(found)
    there = here + step
    while 0 <= there < len(found) and found[there].archived:
        there += step
    if 0 <= there < len(found):
        found.insert(there, found.pop(here))
    return tuple(found)


def set_archived(draft: ChecklistSpec, key: UUID, archived: bool) -> ChecklistSpec:
    """A group takes its items along; who comes back to an archived group brings it back."""
    if find_group(draft, key) is not None:
        return _groups(draft, lambda one: _archived_group(one, archived) if one.id == key else one)
    found = find_item(draft, key)
    if found is None:
        return draft
    draft = _items(draft, lambda one: replace(one, archived=archived) if one.id == key else one)
    if archived:
        return draft
    return _groups(draft, lambda one: replace(one, archived=False) if one.id == found[0].id else one)


def _archived_group(group: GroupSpec, archived: bool) -> GroupSpec:
    return replace(
        group, archived=archived, items=tuple(replace(item, archived=archived) for item in group.items)
    )


def _with_item(group: GroupSpec, wanted: ItemSpec, home: UUID) -> GroupSpec:
    others = tuple(item for item in group.items if item.id != wanted.id)
    return replace(group, items=(*others, wanted) if group.id == home else others)


def _renamed(draft: ChecklistSpec, old: str, new: str) -> ChecklistSpec:
    def conditions(raw: Any) -> Any:
        if isinstance(raw, dict) and "rules" in raw:
            return {**raw, "rules": [conditions(rule) for rule in raw["rules"]]}
        return {**raw, "code": new} if isinstance(raw, dict) and raw.get("code") == old else raw

    draft = _items(draft, lambda one: replace(one, conditions=conditions(one.conditions)))
    return _groups(draft, lambda one: replace(one, conditions=conditions(one.conditions)))


def _groups(draft: ChecklistSpec, change: Callable[[GroupSpec], GroupSpec]) -> ChecklistSpec:
    return ChecklistSpec(tuple(map(change, draft.groups)))


def _items(draft: ChecklistSpec, change: Callable[[ItemSpec], ItemSpec]) -> ChecklistSpec:
    return _groups(draft, lambda group: replace(group, items=tuple(map(change, group.items))))


def _key(part: GroupSpec | ItemSpec) -> UUID:
    assert part.id is not None, "A part of a draft has an id from the beginning."
    return part.id


def _group(raw: Mapping[str, Any]) -> GroupSpec:
    items = tuple(ItemSpec(**{**item, "id": UUID(item["id"])}) for item in raw["items"])
    return GroupSpec(**{**raw, "id": UUID(raw["id"]), "items": items})


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case UUID():
            return str(value)
    return value
