"""The checklist builder: the draft at a glance, its order, its archive, and its groups."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from checklists.drafts import find_group, find_item, move, put_group, put_item, set_archived
from checklists.errors import Fault, InvalidDefinitions
from checklists.specs import ChecklistSpec, GroupSpec, clean_checklist
from checklists.words import say
from leadhub.workspaces.ids import new_id, parse_id
from leads.admin.desk import Desk
from leads.admin.notices import tell
from leads.admin.pages.render import go
from leads.admin.pages.settings import checklist_conditions as conditions
from leads.admin.pages.settings.checklist_draft import (
    Draft,
    drop_draft,
    keep_draft,
    load_draft,
    place_of,
    places_of,
)
from leads.admin.pages.settings.place import MOVES, moved_to, settings_page
from leads.admin.sheet import Field, Sheet
from leads.errors import Invalid, Problem

HERE: Final = "checklist"
_ROW: Final = re.compile(r"conditions\.rules\[([0-9]+)\]")


def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    draft = load_draft(request, desk)
    labels = draft.labels
    context = {
        "title": _("Checklist"),
        "draft": draft,
        "groups": [
            {
                "spec": group,
                "words": say(group.conditions, labels),
                "items": [(item, say(item.conditions, labels)) for item in group.items if not item.archived],
            }
            for group in draft.checklist.groups
            if not group.archived
        ],
        "archived_groups": [group for group in draft.checklist.groups if group.archived],
        "archived_items": [item for item in draft.checklist.items if item.archived],
        "faults": told(draft),
    }
    return settings_page(request, "checklist", HERE, context)


def told(draft: Draft) -> list[tuple[str, UUID | None, bool, str]]:
    """(name, id, whether it is an item, sentence) of each thing that is to be mended before publishing."""
    places = places_of(draft.checklist.live())
    found = []
    for fault in draft.faults:
        place = place_of(fault, places)
        key, name = places.get(place, (None, ""))
        found.append((name, key, ".items[" in place, fault.message))
    return found


def take(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One step: up, down, archive or restore; of a group or an item."""
    if request.method != "POST":
        return go(request, "admin:checklist")
    draft = load_draft(request, desk)
    key = parse_id(request.POST.get("key"))
    if key is None:
        raise Http404
    match request.POST.get("step"):
        case "up" | "down" as where:
            changed = move(draft.checklist, key, MOVES[where])
        case "archive":
            changed = set_archived(draft.checklist, key, True)
        case "restore":
            changed = set_archived(draft.checklist, key, False)
        case _:
            raise Http404
    if changed != draft.checklist:
        keep_draft(request, draft, changed)
    return go(request, moved_to(HERE, key, request.POST.get("step", "")))


def discard(request: HttpRequest, desk: Desk) -> HttpResponse:
    if request.method == "POST":
        drop_draft(request, desk)
        tell(request, _("The draft is thrown away; this is the published checklist."))
    return go(request, "admin:checklist")


def edit_group(request: HttpRequest, desk: Desk, key: UUID | None = None) -> HttpResponse:
    draft = load_draft(request, desk)
    group = find_group(draft.checklist, key) if key else GroupSpec(name="", id=new_id())
    if group is None:
        raise Http404
    sheet = Sheet([Field("name", _("Name"), value=group.name, required=True)])
    asked = conditions.show(group.conditions)
    if request.method == "POST":

        def save(values: dict[str, Any]) -> GroupSpec:
            wanted = GroupSpec(
                name=values["name"],
                conditions=conditions.read(request.POST, group.conditions),
                items=group.items,
                id=group.id,
            )
            return _keep_group(request, draft, wanted)

        saved = sheet.submit(request, save)
        if saved is not None:
            return go(request, "admin:checklist")
        asked = conditions.show(conditions.read(request.POST, group.conditions))
    context = {
        "title": group.name or _("New group"),
        "asked": asked,
        "askable": draft.askable(),
        "nested_words": say(asked.nested, draft.labels) if asked.nested else "",
        "is_group": True,
    }
    return settings_page(request, "checklist_part", HERE, context, sheet)


def _keep_group(request: HttpRequest, draft: Draft, wanted: GroupSpec) -> GroupSpec:
    changed = put_group(draft.checklist, wanted)
    assert wanted.id is not None
    cleaned = cleaned_part(changed, wanted.id)
    keep_draft(request, draft, cleaned)
    return wanted


def cleaned_part(changed: ChecklistSpec, key: UUID) -> ChecklistSpec:
    """The draft with this part in clean values. What is wrong with it is told; what is wrong elsewhere waits
    until the draft is published."""
    live = changed.live()
    places = places_of(live)
    try:
        cleaned = clean_checklist(live)
    except InvalidDefinitions as refusal:
        mine = [
            one for one in refusal.faults if places.get(place_of(one, places), (None, ""))[0] in {key, None}
        ]
        if mine:
            raise Invalid(_problem(one, place_of(one, places)) for one in mine) from None
        return changed
    group, found = find_group(cleaned, key), find_item(cleaned, key)
    if group is not None:
        return put_group(changed, group)
    if found is None:
        return changed
    assert found[0].id is not None
    return put_item(changed, found[1], found[0].id)


def _problem(fault: Fault, place: str) -> Problem:
    """`rules.options` is the field rule_options; a fault of a condition says which of its rows is meant."""
    name, message = fault.path.removeprefix(place).strip("."), fault.message
    if name.startswith("rules."):
        name = "rule_" + name.removeprefix("rules.").partition(".")[0]
    if (row := _ROW.match(name)) is not None:
        message = _("Condition %(number)d: %(message)s") % {"number": int(row[1]) + 1, "message": message}
    return Problem(name, fault.code, message)
