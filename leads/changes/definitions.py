"""Writing a workspace's checklist: the stored one becomes the wanted one. Answers are never touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.diff import (
    GROUP_FIELDS,
    ITEM_FIELDS,
    Difference,
    diff_definitions,
    match_stored,
)
from checklists.errors import InvalidDefinitions
from checklists.models import Group, Item
from checklists.specs import ChecklistSpec, GroupSpec, ItemSpec, clean_checklist
from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.catalogue import write_entry
from leads.changes.definitions_guard import refuse_what_leads_forbid
from leads.changes.transact import transact
from leads.errors import Invalid, Problem, Stale
from leads.timeline import MISSING, Change, change_of, escape

_STAMPS: Final = ("order", "archived_at", "changed_revision", "updated_at")


@dataclass(frozen=True, slots=True)
class Applied:
    """What was changed, in the order of the checklist; nothing, if the stored one was as wanted already."""

    differences: tuple[Difference, ...]
    revision: int

    @property
    def lines(self) -> list[str]:
        return [str(difference) for difference in self.differences]


def read_checklist(workspace: Workspace) -> ChecklistSpec:
    """The stored checklist with the ids of its rows; what is archived stands in it, marked."""
    groups = Group.objects.filter(workspace=workspace).order_by("order", "id")
    items = Item.objects.filter(workspace=workspace, only_for=None).order_by("order", "id")
    by_group: dict[UUID | None, list[ItemSpec]] = {}
    for item in items:
        by_group.setdefault(item.group_id, []).append(_item_spec(item))
    return ChecklistSpec(tuple(_group_spec(group, by_group.get(group.pk, [])) for group in groups))


def apply_definitions(
    workspace: Workspace,
    actor: Actor,
    wanted: ChecklistSpec,
    *,
    seen_revision: int | None = None,
    dry_run: bool = False,
) -> Applied:
    """Make the stored checklist the wanted one. What is not in it or marked so is archived; answers stay.

    `seen_revision` is the revision that an editor started from; a newer one is refused, not overwritten.
    """

    def write() -> Applied:
        locked = lock_workspace(workspace)
        if seen_revision is not None and seen_revision != locked.definitions_revision:
            message = _("The checklist was changed by somebody else. Look at it again before you save.")
            raise Stale(message, seen_revision, locked.definitions_revision)
        stored = read_checklist(locked)
        matched = match_stored(stored, clean_checklist(wanted.live()))
        differences = tuple(diff_definitions(stored, matched))
        if differences:
            refuse_what_leads_forbid(locked, stored, matched)
            locked.definitions_revision += 1
            locked.catalogue_token = new_id()
            locked.save(update_fields=["definitions_revision", "catalogue_token"])
            _store(locked, matched)
            write_entry(locked, actor, "checklist_changed", _summary(differences), _changes(differences))
        return Applied(differences, locked.definitions_revision)

    try:
        applied = transact(write, dry_run=dry_run)
    except InvalidDefinitions as refusal:
        raise as_invalid(refusal) from None
    if not dry_run:
        workspace.refresh_from_db(fields=["definitions_revision", "catalogue_token"])
    return applied


def lock_workspace(workspace: Workspace) -> Workspace:
    """One writer of definitions at a time. Leads may still be written: they only need the row to stay."""
    return Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def as_invalid(refusal: InvalidDefinitions) -> Invalid:
    return Invalid(Problem(fault.path, fault.code, fault.message) for fault in refusal.faults)


def _summary(differences: Sequence[Difference]) -> str:
    if len(differences) == 1:
        return _("Checklist changed: %s") % differences[0]
    return _("Checklist changed in %d places") % len(differences)


def _changes(differences: Iterable[Difference]) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    for one in differences:
        place = f"/{one.noun.removesuffix('s')}s/{escape(one.name)}".rstrip("/")
        match one.kind:
            case "added":
                changes[place] = change_of(MISSING, one.new)
            case "archived" | "restored":
                changes[f"{place}/archived"] = change_of(one.kind == "restored", one.kind == "archived")
            case _:
                changes[f"{place}/{one.field}"] = change_of(one.old, one.new)
    return changes


def _store(workspace: Workspace, wanted: ChecklistSpec) -> None:
    storing = _Storing(workspace)
    for order, group in enumerate(wanted.groups):
        storing.group(group, order)
    storing.archive_others(wanted)


class _Storing:
    """Brings the rows to what is wanted of them; those that are right already are left alone."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.revision = workspace.definitions_revision
        self.moment = now()
        self.groups_by_id = {row.pk: row for row in Group.objects.filter(workspace=workspace)}
        self.items_by_id = {row.pk: row for row in Item.objects.filter(workspace=workspace, only_for=None)}

    def group(self, wanted: GroupSpec, order: int) -> None:
        row = self.groups_by_id.get(wanted.id) if wanted.id else None
        row = row or Group(workspace=self.workspace, added_revision=self.revision, created_at=self.moment)
        values = {name: getattr(wanted, name) for name in GROUP_FIELDS}
        self._bring(row, {**values, "order": order, "archived_at": None})
        for place, item in enumerate(wanted.items):
            self.item(item, row, place)

    def item(self, wanted: ItemSpec, group: Group, order: int) -> None:
        row = self.items_by_id.get(wanted.id) if wanted.id else None
        row = row or Item(workspace=self.workspace, added_revision=self.revision, created_at=self.moment)
        values = {name: getattr(wanted, name) for name in ITEM_FIELDS}
        self._bring(row, {**values, "group": group, "order": order, "archived_at": None})

    def archive_others(self, wanted: ChecklistSpec) -> None:
        groups = {group.id for group in wanted.groups}
        items = {item.id for item in wanted.items}
        stale: list[Group | Item] = [row for pk, row in self.groups_by_id.items() if pk not in groups]
        stale += [row for pk, row in self.items_by_id.items() if pk not in items]
        for row in stale:
            if row.archived_at is None:
                self._bring(row, {"archived_at": self.moment})

    def _bring(self, row: Group | Item, values: dict[str, Any]) -> None:
        is_new = row._state.adding
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        if not (differing or is_new):
            return
        for name in differing:
            setattr(row, name, values[name])
        # A row that only moved along because another came in before it did not change itself.
        if is_new or differing != ["order"]:
            row.changed_revision = self.revision
        row.updated_at = self.moment
        row.save(force_insert=True) if is_new else row.save(update_fields=[*values, *_STAMPS])


def _group_spec(row: Group, items: Iterable[ItemSpec]) -> GroupSpec:
    return GroupSpec(
        name=row.name,
        conditions=row.conditions,
        items=tuple(items),
        id=row.pk,
        archived=row.archived_at is not None,
    )


def _item_spec(row: Item) -> ItemSpec:
    return ItemSpec(
        **{name: getattr(row, name) for name in ITEM_FIELDS},
        id=row.pk,
        archived=row.archived_at is not None,
    )
