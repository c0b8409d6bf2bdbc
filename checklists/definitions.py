"""A workspace's checklist in memory: immutable, in the order to show it and in the order to judge it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from checklists.conditions import Condition, codes_in, facts_in, parse_conditions
from checklists.models import Group, Item
from checklists.rules import FILE_TYPES
from leadhub.workspaces.models import Workspace
from leadhub.workspaces.rows import read_rows

_MOST_HELD: Final = 512
_ONE_OFFS: Final = f"""
FROM {{t0}} t0 LEFT JOIN {Group._meta.db_table} AS parent ON parent.id = t0.group_id
WHERE t0.workspace_id = %s AND t0.only_for = %s AND t0.archived_at IS NULL
ORDER BY parent."order", t0.group_id, t0."order", t0.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDef:
    id: UUID
    group_id: UUID
    code: str
    label: str
    field_type: str
    is_required: bool = True
    conditions: Mapping[str, object] | None = None
    rules: Mapping[str, object] = field(default_factory=dict)
    help_text: str = ""
    client_instructions: str = ""
    agent_instructions: str = ""
    only_for: UUID | None = None
    added_revision: int = 0
    added_at: datetime | None = None
    condition: Condition | None = None

    @property
    def is_file(self) -> bool:
        return self.field_type in FILE_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDef:
    id: UUID
    name: str
    conditions: Mapping[str, object] | None = None
    items: tuple[ItemDef, ...] = ()
    condition: Condition | None = None


class GroupNode(NamedTuple):
    """A group among the things that need one another; items stand there by their codes."""

    id: UUID
    name: str


Needs = dict[str | GroupNode, tuple[str | GroupNode, ...]]


class Definitions:
    """Groups and items as shown, items by id and by code, and the order in which conditions can be judged."""

    __slots__ = (
        "_by_code",
        "by_id",
        "facts",
        "groups",
        "groups_by_id",
        "in_judging_order",
        "revision",
        "token",
        "workspace_id",
    )

    def __init__(
        self, groups: Iterable[GroupDef], *, workspace_id: UUID, revision: int = 0, token: UUID | None = None
    ) -> None:
        self.workspace_id: Final = workspace_id
        # The revision that counters made with these definitions are to be stamped with.
        self.revision: Final = revision
        self.token: Final = token
        self.groups: Final = tuple(groups)
        self.groups_by_id: Final[Mapping[UUID, GroupDef]] = {group.id: group for group in self.groups}
        self.by_id: Final[Mapping[UUID, ItemDef]] = {item.id: item for item in self.items}
        # Which facts about the lead any condition asks for.
        conditions = [group.condition for group in self.groups] + [item.condition for item in self.items]
        self.facts: Final = frozenset(code for one in conditions for code in facts_in(one))
        exact = {item.code: item for item in self.items}
        self._by_code: Final[Mapping[str, ItemDef]] = {item.code.lower(): item for item in self.items} | exact
        self.in_judging_order: Final[tuple[ItemDef, ...]] = tuple(
            exact[code] for code in judging_order(self.groups)
        )

    @property
    def items(self) -> Iterator[ItemDef]:
        return (item for group in self.groups for item in group.items)

    def item(self, code: str) -> ItemDef | None:
        """The item with that code: exactly so, else without regard to case."""
        return self._by_code.get(code) or self._by_code.get(code.lower())

    def with_one_offs(self, one_offs: Iterable[ItemDef]) -> Definitions:
        """These definitions for one lead that has items of its own."""
        mine: dict[UUID, list[ItemDef]] = {}
        elsewhere = one_off_group_id(self.workspace_id)
        for item in one_offs:
            group_id = item.group_id if item.group_id in self.groups_by_id else elsewhere
            mine.setdefault(group_id, []).append(replace(item, group_id=group_id))
        groups = [replace(group, items=(*group.items, *mine.get(group.id, ()))) for group in self.groups]
        if elsewhere in mine:
            groups.append(GroupDef(id=elsewhere, name=_("Additional items"), items=tuple(mine[elsewhere])))
        return Definitions(groups, workspace_id=self.workspace_id, revision=self.revision, token=self.token)


def one_off_group_id(workspace_id: UUID) -> UUID:
    """The lasting id of the group that shows a lead's own items which were put into no other."""
    return uuid.uuid5(workspace_id, "one-off items")


def needs_of(groups: Iterable[GroupDef]) -> Needs:
    """What is judged before what: an item needs its group and what it asks about, a group what it does."""
    needs: Needs = {}
    for group in groups:
        node = GroupNode(group.id, group.name)
        needs[node] = codes_in(group.condition)
        for item in group.items:
            needs[item.code] = (*codes_in(item.condition), node)
    return needs


def find_circle(groups: Iterable[GroupDef]) -> tuple[str | GroupNode, ...]:
    """Things that need one another, each the next and the last one the first; empty if there are none."""
    try:
        TopologicalSorter(needs_of(groups)).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1][1:]))
    return ()


def describe_circle(circle: tuple[str | GroupNode, ...]) -> str:
    names = [
        _('group "%s"') % node.name if isinstance(node, GroupNode) else node for node in (*circle, circle[0])
    ]
    steps = ", ".join(
        _("%(one)s needs %(other)s") % {"one": one, "other": other} for one, other in pairwise(names)
    )
    return _("The conditions go in a circle: %s. Take one of these conditions out.") % steps


def judging_order(groups: tuple[GroupDef, ...]) -> list[str]:
    """The codes, each after those it asks about."""
    codes = {item.code: None for group in groups for item in group.items}
    try:
        order = TopologicalSorter(needs_of(groups)).static_order()
        return [node for node in order if node in codes and isinstance(node, str)]
    except CycleError:
        # The writer refuses circles; should one be there nevertheless, leads must still open.
        return list(codes)


# By workspace. The token is random and new with every change, so what was read inside a transaction that
# rolled back is never taken for the real thing.
_held: dict[UUID, Definitions] = {}


def load_definitions(workspace: Workspace, lead_id: UUID | None = None) -> Definitions:
    """The live definitions, with the items made for that lead if one is named; at most one query."""
    base = _held.get(workspace.pk)
    if base is not None and base.token != workspace.catalogue_token:
        base = None
    if base is None:
        wanted = Q(only_for=None) if lead_id is None else Q(only_for=None) | Q(only_for=lead_id)
        rows = Item.objects.filter(wanted, workspace=workspace, archived_at=None).select_related("group")
        items = list(rows.order_by("group__order", "group_id", "order", "id"))
        base = _hold(workspace, [item for item in items if item.only_for is None])
    else:
        items = [] if lead_id is None else _items_of(workspace, lead_id)
    one_offs = [_item_def(item) for item in items if item.only_for is not None]
    return base.with_one_offs(one_offs) if one_offs else base


def _items_of(workspace: Workspace, lead_id: UUID) -> list[Item]:
    return [item for (item,) in read_rows((Item,), _ONE_OFFS, [workspace.pk, lead_id])]


def _hold(workspace: Workspace, items: list[Item]) -> Definitions:
    rows: dict[UUID, tuple[Group, list[ItemDef]]] = {}
    for item in items:
        group = item.group
        if group is not None and group.archived_at is None:
            rows.setdefault(group.pk, (group, []))[1].append(_item_def(item))
    groups = [_group_def(group, tuple(members)) for group, members in rows.values()]
    definitions = Definitions(
        groups,
        workspace_id=workspace.pk,
        revision=workspace.definitions_revision,
        token=workspace.catalogue_token,
    )
    while len(_held) >= _MOST_HELD:
        _held.pop(next(iter(_held)), None)
    _held[workspace.pk] = definitions
    return definitions


def _group_def(group: Group, items: tuple[ItemDef, ...]) -> GroupDef:
    return GroupDef(
        id=group.pk,
        name=group.name,
        conditions=group.conditions,
        items=items,
        condition=parse_conditions(group.conditions),
    )


def _item_def(item: Item) -> ItemDef:
    return ItemDef(
        id=item.pk,
        group_id=item.group_id or one_off_group_id(item.workspace_id),
        code=item.code,
        label=item.label,
        field_type=item.field_type,
        is_required=item.is_required,
        conditions=item.conditions,
        rules=item.rules,
        help_text=item.help_text,
        client_instructions=item.client_instructions,
        agent_instructions=item.agent_instructions,
        only_for=item.only_for,
        added_revision=item.added_revision,
        added_at=item.created_at,
        condition=parse_conditions(item.conditions),
    )
