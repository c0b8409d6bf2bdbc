"""What the stored leads forbid a new checklist: what would turn answers into nonsense, codes in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from checklists.errors import Fault, InvalidDefinitions
from checklists.models import Item
from checklists.rules import FILE_TYPES, FieldType
from checklists.specs import ChecklistSpec, ItemSpec
from leadhub.workspaces.models import Workspace
from leads.models import Answer


def refuse_what_leads_forbid(workspace: Workspace, stored: ChecklistSpec, wanted: ChecklistSpec) -> None:
    before = {item.id: item for item in stored.items}
    faults: list[Fault] = []
    codes: dict[str, str] = {}
    for at, group in enumerate(wanted.groups):
        for place, item in enumerate(group.items):
            path = f"groups[{at}].items[{place}]"
            old = before.get(item.id)
            if old is None or old.archived or old.code.lower() != item.code.lower():
                codes[item.code.lower()] = f"{path}.code"
            if old is not None:
                faults += (fault.under(path) for fault in _judge_answers(workspace, old, item))
    faults += _codes_of_one_offs(workspace, codes)
    if faults:
        raise InvalidDefinitions(faults)


def _codes_of_one_offs(workspace: Workspace, codes: dict[str, str]) -> Iterator[Fault]:
    if not codes:
        return
    rows = Item.objects.filter(workspace=workspace, only_for__isnull=False, archived_at=None)
    used = rows.alias(folded=Lower("code")).filter(folded__in=list(codes)).values_list("code", flat=True)
    for code in sorted({code.lower() for code in used}):
        words = _(
            "%s is the code of an item that was made for one lead. Choose another code, or archive that item."
        )
        yield Fault(codes[code], "duplicate_code", words % code)


def _judge_answers(workspace: Workspace, old: ItemSpec, new: ItemSpec) -> Iterator[Fault]:
    if _kind(old) != _kind(new):
        if _answers(workspace, new.id).exists():
            words = _("%s has answers, so its kind stays %s. Archive it and add an item with another code.")
            field = "field_type" if old.field_type != new.field_type else "rules.multiple"
            yield Fault(field, "answered", words % (new.code, old.field_type))
        return
    gone = set(old.rules.get("options", ())) - set(new.rules.get("options", ()))
    if gone and (used := sorted(gone & _chosen(workspace, new.id))):
        words = _(
            "Leads have answered %(code)s with %(options)s. Keep that option, or change those answers first."
        )
        shown = {"code": new.code, "options": ", ".join(used)}
        yield Fault("rules.options", "answered", words % shown)


def _kind(item: ItemSpec) -> tuple[str, bool]:
    """Items of one kind keep one kind of value; documents may change their name."""
    field_type = FieldType.FILE if item.field_type in FILE_TYPES else item.field_type
    return str(field_type), bool(item.rules.get("multiple"))


def _answers(workspace: Workspace, item_id: UUID | None) -> Any:
    return Answer.objects.filter(workspace=workspace, item=item_id, value__isnull=False)


def _chosen(workspace: Workspace, item_id: UUID | None) -> set[str]:
    chosen: set[str] = set()
    for value in _answers(workspace, item_id).order_by().values_list("value", flat=True).distinct():
        chosen.update(value if isinstance(value, list) else [str(value)])
    return chosen
