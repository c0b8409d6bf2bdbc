"""Checklist items made for one lead alone: a change of that lead, with its entry and its counters."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from checklists.conditions import facts_in, parse_conditions
from checklists.definitions import one_off_group_id
from checklists.diff import ITEM_FIELDS
from checklists.errors import Fault, InvalidDefinitions
from checklists.models import Group, Item
from checklists.rules import Bare
from checklists.specs import ItemSpec, clean_item, code_from_label
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, Where
from leads.changes.answering import recount
from leads.changes.definitions import as_invalid, lock_workspace
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import NotFound
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.timeline import MISSING, escape

MAX_ONE_OFFS: Final = 100


def add_one_off_item(
    workspace: Workspace, actor: Actor, where: Where, wanted: ItemSpec, *, group_id: UUID | None = None
) -> Item:
    """Add an item to one lead's checklist. Without a code it gets one from its label."""

    def write() -> Item:
        state = LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
        # Whoever writes the workspace's own items waits, so that no code is given twice.
        lock_workspace(workspace)
        row = _new_row(state, wanted, group_id)
        row.save(force_insert=True)
        _tell(state, actor, row, "item_added", gettext_noop("Checklist item added"))
        return row

    try:
        return transact(write)
    except InvalidDefinitions as refusal:
        raise as_invalid(refusal) from None


def archive_one_off_item(workspace: Workspace, actor: Actor, where: Where, item_id: object) -> Item:
    """Take an item of one lead out of its checklist. The answer stays."""

    def write() -> Item:
        state = LeadState(workspace, find_lead(workspace, where, tests=actor.tests, lock=True))
        key = parse_id(item_id)
        rows = Item.objects.filter(workspace=workspace, only_for=state.lead.pk, archived_at=None)
        row = rows.filter(pk=key).first() if key else None
        if row is None:
            raise NotFound(_("This lead has no such item of its own."))
        _tell(state, actor, row, "item_archived", gettext_noop("Checklist item archived"))
        return row

    return transact(write)


def _new_row(state: LeadState, wanted: ItemSpec, group_id: UUID | None) -> Item:
    lead, definitions = state.lead, state.definitions
    group = _find_group(state.workspace, group_id)
    rows = Item.objects.filter(Q(only_for=None) | Q(only_for=lead.pk), workspace=state.workspace)
    taken = set(rows.annotate(folded=Lower("code")).values_list("folded", flat=True))
    if not wanted.code:
        wanted = replace(wanted, code=code_from_label(str(wanted.label), taken))
    known = {item.code: Bare(item.field_type, item.rules) for item in definitions.items}
    cleaned = clean_item(wanted, known)
    # A change of the lead recounts for the sake of facts only where the workspace's own items ask for some.
    if facts_in(parse_conditions(cleaned.conditions)):
        words = _("An item for one lead may ask about other items only. Add it once the lead is that far.")
        raise InvalidDefinitions([Fault("conditions", "invalid_choice", words)])
    mine = sum(item.only_for is not None for item in definitions.items)
    if cleaned.code.lower() in taken:
        words = _("The checklist has an item with the code %s, which may be archived. Choose another code.")
        raise InvalidDefinitions([Fault("code", "duplicate_code", words % cleaned.code)])
    if mine >= MAX_ONE_OFFS:
        words = _("A lead has at most %d items of its own. Archive one of them first.")
        raise InvalidDefinitions([Fault("", "too_long", words % MAX_ONE_OFFS)])
    return Item(
        workspace=state.workspace,
        group=group,
        only_for=lead.pk,
        order=mine,
        added_revision=definitions.revision,
        changed_revision=definitions.revision,
        **{name: getattr(cleaned, name) for name in ITEM_FIELDS},
    )


def _find_group(workspace: Workspace, group_id: UUID | None) -> Group | None:
    if group_id is None or group_id == one_off_group_id(workspace.pk):
        return None
    group = Group.objects.filter(workspace=workspace, pk=group_id, archived_at=None).first()
    if group is None:
        raise InvalidDefinitions([Fault("group", "not_found", _("The checklist has no such group."))])
    return group


def _tell(state: LeadState, actor: Actor, row: Item, kind: str, summary: str) -> None:
    draft = Draft(state, actor)
    path = f"/items/{escape(row.code)}"
    if kind == "item_archived":
        row.archived_at = row.updated_at = draft.moment
        row.save(update_fields=["archived_at", "updated_at"])
        draft.tell(path, row.label, MISSING)
    else:
        draft.tell(path, MISSING, row.label)
    # What was read of them before is not what they are now.
    state.__dict__.pop("definitions", None)
    recount(draft)
    store(draft, kind=kind, summary=summary, input={"code": row.code, "label": row.label})
