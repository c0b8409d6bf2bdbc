"""Checklists in the native API: the definitions as they are shown and sent, and one lead's view of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from checklists.errors import InvalidDefinitions
from checklists.files import parse_checklist
from checklists.rules import FieldType
from checklists.specs import ChecklistSpec, GroupSpec, ItemSpec
from leads.errors import Invalid, Problem
from leads.state import LeadState
from leads.values import clean_boolean, clean_integer
from leads.voices.hub.kinds import (
    FLAG,
    ID,
    OBJECT,
    TEXT,
    WHOLE,
    Schema,
    maybe,
    one_of,
    several,
    thing,
)
from leads.voices.hub.sections import ANSWER, PROGRESS, show_answer, show_progress
from leads.voices.hub.sheet import sheet_of

_ITEM: Final[Mapping[str, Schema]] = {
    "id": ID,
    "code": TEXT,
    "label": TEXT,
    "field_type": one_of(FieldType.values),
    "is_required": FLAG,
    "conditions": maybe(OBJECT),
    "rules": OBJECT,
    "help_text": maybe(TEXT),
    "client_instructions": maybe(TEXT),
    "agent_instructions": maybe(TEXT),
}
ITEM: Final = thing("ChecklistItem", {**_ITEM, "archived": FLAG})
GROUP: Final = thing(
    "ChecklistGroup",
    {"id": ID, "name": TEXT, "conditions": maybe(OBJECT), "archived": FLAG, "items": several(ITEM)},
)
CHECKLIST: Final = thing("Checklist", {"revision": WHOLE, "groups": several(GROUP)})
APPLIED: Final = thing(
    "AppliedChecklist",
    {
        "revision": WHOLE,
        "changes": {**several(TEXT), "description": "In words, in the order of the checklist."},
        "groups": several(GROUP),
    },
)
_ITEM_SENT: Final[Schema] = {
    "title": "ChecklistItemWanted",
    "type": "object",
    "required": ["code", "label", "field_type"],
    "properties": {name: schema for name, schema in _ITEM.items() if name != "id"},
}
CHECKLIST_SENT: Final[Schema] = {
    "title": "ChecklistWanted",
    "description": "The whole checklist: what is left out is archived, its answers stay.",
    "type": "object",
    "required": ["groups"],
    "properties": {
        "revision": {**WHOLE, "description": "What was looked at; a newer one is refused."},
        "groups": several(
            {
                "type": "object",
                "required": ["name"],
                "properties": {"name": TEXT, "conditions": maybe(OBJECT), "items": several(_ITEM_SENT)},
            }
        ),
    },
    "additionalProperties": False,
}
# What the definitions show of themselves, and is left out of what is read.
_SHOWN_ONLY: Final = ("id", "archived")


def show_checklist(checklist: ChecklistSpec, revision: int) -> dict[str, Any]:
    return {"revision": revision, "groups": [_show_group(group) for group in checklist.groups]}


def _show_group(group: GroupSpec) -> dict[str, Any]:
    return {
        "id": str(group.id),
        "name": group.name,
        "conditions": group.conditions,
        "archived": group.archived,
        "items": [show_item(item) for item in group.items],
    }


def show_item(item: ItemSpec) -> dict[str, Any]:
    return {**_definition(item), "archived": item.archived}


def _definition(item: Any) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "code": item.code,
        "label": item.label,
        "field_type": str(item.field_type),
        "is_required": item.is_required,
        "conditions": item.conditions,
        "rules": dict(item.rules),
        "help_text": item.help_text or None,
        "client_instructions": item.client_instructions or None,
        "agent_instructions": item.agent_instructions or None,
    }


def read_checklist_sent(body: Mapping[str, object]) -> tuple[ChecklistSpec, int | None]:
    """The wanted checklist and the revision it was made from. What was shown may be sent back."""
    sheet = sheet_of(body, "groups", "revision")
    sheet.require("groups")
    revision = sheet.clean("revision", clean_integer, None)
    sheet.problems.settle()
    text = json.dumps({"groups": _without_shown(sheet.sent["groups"])})
    try:
        return parse_checklist(text, as_json=True), revision
    except InvalidDefinitions as refusal:
        raise Invalid(Problem(fault.path, fault.code, fault.message) for fault in refusal.faults) from None


def _without_shown(groups: object) -> object:
    """Ids are found by code and name again; what is shown as archived is left out, and so stays archived."""
    if not isinstance(groups, list):
        return groups
    return [
        _part(group, {"items": _without_shown(group["items"])} if _has_items(group) else {})
        for group in groups
        if not _is_archived(group)
    ]


def _has_items(part: object) -> bool:
    return isinstance(part, dict) and "items" in part


def _is_archived(part: object) -> bool:
    return isinstance(part, dict) and part.get("archived") is True


def _part(part: object, changed: Mapping[str, object]) -> object:
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if key not in _SHOWN_ONLY}
    return {**kept, **changed}


# One lead's checklist.

_JUDGED: Final = thing(
    "JudgedItem",
    {
        **_ITEM,
        "only_for_this_lead": FLAG,
        "applies": FLAG,
        "required": FLAG,
        "hidden_because": maybe(TEXT),
        "answer": maybe(ANSWER),
    },
)
LEAD_CHECKLIST: Final = thing(
    "LeadChecklist",
    {
        "progress": PROGRESS,
        "groups": several(
            thing("JudgedGroup", {"id": ID, "name": TEXT, "applies": FLAG, "items": several(_JUDGED)})
        ),
    },
)


def show_lead_checklist(state: LeadState) -> dict[str, Any]:
    progress = state.progress()
    groups = []
    for group in state.definitions.groups:
        items = []
        for item in group.items:
            judged, answer = progress.items[item.id], state.answers.get(item.id)
            items.append(
                {
                    **_definition(item),
                    "label": judged.label,
                    "only_for_this_lead": item.only_for is not None,
                    "applies": judged.applies,
                    "required": judged.required,
                    "hidden_because": judged.hidden_reason or None,
                    "answer": show_answer(answer) if answer else None,
                }
            )
        applies = progress.by_group[group.id].applies
        groups.append({"id": str(group.id), "name": group.name, "applies": applies, "items": items})
    return {"progress": show_progress(state), "groups": groups}


ONE_OFF_SENT: Final[Schema] = {
    "title": "OwnItem",
    "description": "An item for this lead alone. Without a code it gets one from its label.",
    "type": "object",
    "required": ["label", "field_type"],
    "properties": {**_ITEM_SENT["properties"], "group_id": maybe(ID)},
    "examples": [{"label": "Proof of address", "field_type": "FILE"}],
}


def read_one_off(body: Mapping[str, object]) -> tuple[ItemSpec, object]:
    """The rules of items are judged where they are written; a missing text is an empty one there."""
    names = [*_ITEM_SENT["properties"], "group_id"]
    sheet = sheet_of(body, *names)
    sheet.require("label", "field_type")
    sent = sheet.sent
    spec = ItemSpec(
        code=_or_blank(sent.get("code")),
        label=_or_blank(sent.get("label")),
        field_type=_or_blank(sent.get("field_type")),
        is_required=sheet.clean("is_required", clean_boolean, True),
        conditions=sent.get("conditions"),  # type: ignore[arg-type]
        rules=sent.get("rules") or {},  # type: ignore[arg-type]
        help_text=_or_blank(sent.get("help_text")),
        client_instructions=_or_blank(sent.get("client_instructions")),
        agent_instructions=_or_blank(sent.get("agent_instructions")),
    )
    sheet.problems.settle()
    return spec, sent.get("group_id")


def _or_blank(value: object) -> Any:
    return "" if value is None else value
