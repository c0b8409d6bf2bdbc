"""The owner's draft of the checklist, kept in the session until it is published or thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from checklists.conditions import FACTS
from checklists.diff import Difference, diff_definitions
from checklists.drafts import as_json, from_json, publishable
from checklists.errors import Fault, InvalidDefinitions
from checklists.specs import ChecklistSpec, clean_checklist
from checklists.words import FACTS as FACT_NAMES
from leads.admin.desk import Desk
from leads.changes.definitions import read_checklist

_KEPT: Final = "checklist drafts"


@dataclass
class Draft:
    """`revision` is the published one that it was begun from; `stored` is what is published by now."""

    desk: Desk
    checklist: ChecklistSpec
    revision: int
    stored: ChecklistSpec
    is_begun: bool

    @property
    def is_overtaken(self) -> bool:
        return self.is_begun and self.revision != self.desk.workspace.definitions_revision

    @cached_property
    def wanted(self) -> ChecklistSpec:
        return publishable(self.checklist, self.stored)

    @cached_property
    def differences(self) -> list[Difference]:
        """Against what is published; by id, so that a draft with faults can be told about too."""
        return diff_definitions(self.stored, self.checklist.live()) if self.is_begun else []

    @cached_property
    def faults(self) -> list[Fault]:
        try:
            clean_checklist(self.checklist.live())
        except InvalidDefinitions as refusal:
            return list(refusal.faults)
        return []

    @property
    def labels(self) -> dict[str, str]:
        return {item.code: item.label for item in self.checklist.live().items}

    def askable(self, but: UUID | None = None) -> list[tuple[str, str]]:
        """What conditions may ask about: other items by code, and facts about the lead."""
        items = [(item.code, item.label) for item in self.checklist.live().items if item.id != but]
        return items + [(code, str(FACT_NAMES[code])) for code in FACTS]


def load_draft(request: HttpRequest, desk: Desk) -> Draft:
    """The draft that was begun in this workspace, or what is published."""
    stored = read_checklist(desk.workspace)
    kept = request.session.get(_KEPT, {}).get(str(desk.workspace.pk))
    if kept is None:
        return Draft(desk, stored, desk.workspace.definitions_revision, stored, False)
    return Draft(desk, from_json(kept["groups"]), kept["revision"], stored, True)


def keep_draft(
    request: HttpRequest, draft: Draft, checklist: ChecklistSpec, revision: int | None = None
) -> None:
    kept = {"revision": draft.revision if revision is None else revision, "groups": as_json(checklist)}
    drafts = request.session.get(_KEPT, {})
    request.session[_KEPT] = {**drafts, str(draft.desk.workspace.pk): kept}


def drop_draft(request: HttpRequest, desk: Desk) -> None:
    drafts = dict(request.session.get(_KEPT, {}))
    drafts.pop(str(desk.workspace.pk), None)
    request.session[_KEPT] = drafts


def places_of(checklist: ChecklistSpec) -> dict[str, tuple[UUID | None, str]]:
    """Where faults point: the place of each group and item, with its id and its name."""
    found: dict[str, tuple[UUID | None, str]] = {}
    for at, group in enumerate(checklist.groups):
        found[f"groups[{at}]"] = (group.id, group.name or _("a group without a name"))
        for place, item in enumerate(group.items):
            found[f"groups[{at}].items[{place}]"] = (item.id, item.label or item.code)
    return found


def place_of(fault: Fault, places: dict[str, tuple[UUID | None, str]]) -> str:
    """The longest place that the fault lies in."""
    mine = [place for place in places if fault.path == place or fault.path.startswith(f"{place}.")]
    return max(mine, key=len, default="")
