"""What a merge brings to a lead, path by path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leads.changes.draft import PATH_OF
from leads.changes.paths import UnknownPath, current, is_object_path, parts_of
from leads.models import Entry, Lead
from leads.state import LeadState
from leads.timeline import MISSING, Change, is_tree
from leads.values import is_empty

MERGED: Final = "merged"
MERGE_UNDONE: Final = "merge_undone"
# Of several leads that are one person, the earliest or the latest moment counts.
EXTREMES: Final[Mapping[str, Any]] = {
    "last_attempt_at": max,
    "first_response_at": min,
    "qualified_at": min,
}


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that stands, and the lead that it took in."""

    entry: Entry
    loser: LeadState

    def gives(self, path: str, below: Any) -> object:
        """What stands at a path after this merge, if `below` stood there before."""
        side, offer = self._side(path), brought(self.loser, path)
        if is_object_path(path) and is_tree(offer):
            offer = MISSING  # its leaves are paths of their own
        if side == "winner":
            return below
        if side == "loser":
            is_reopened = offer is MISSING and below is not MISSING and path.startswith("/answers/")
            return {**below, "value": None, "status": "TODO"} if is_reopened else offer
        if is_blank(offer):
            return below
        if is_blank(below):
            return offer
        if path in EXTREMES or path.startswith("/consent/"):
            return EXTREMES.get(path, min)(below, offer)
        return _united(below, offer) if path.startswith("/contact_points/") else below

    def _side(self, path: str) -> str:
        picks: Mapping[str, str] = (self.entry.kept or {}).get("picks", {})
        return side_picked(picks, path)


def _united(ours: Any, theirs: Any) -> dict[str, object]:
    """One phone or email that two leads know of."""
    bad = ours["is_bad"] or theirs["is_bad"]
    return {"value": ours["value"], "label": ours["label"] or theirs["label"], "is_bad": bad}


def merges_of(state: LeadState, entries: Iterable[Entry]) -> list[Merge]:
    """In the order in which they came. A loser that is not marked as gone any more has nothing to bring."""
    found = {str((entry.kept or {})["loser"]): entry for entry in entries}
    rows = Lead.objects.filter(workspace=state.workspace, merged_into=state.lead, pk__in=found)
    losers = {str(row.pk): LeadState(state.workspace, row) for row in rows} if found else {}
    return [Merge(entry, losers[key]) for key, entry in found.items() if key in losers]


def brought(loser: LeadState, path: str) -> object:
    """What a lead brings to a merge at a path; its own phone and email may become further ones."""
    head, rest = parts_of(path)
    if head == "contact_points" and rest[0] in (own := own_points(loser.lead)):
        return own[rest[0]]
    try:
        return current(loser, path)
    except UnknownPath:
        return MISSING


def own_points(lead: Lead) -> dict[str, dict[str, object]]:
    """The lead's own phone and email, as contact points of somebody else."""
    points = (
        (f"email:{lead.email_key}", lead.email_key, lead.email, ""),
        (f"phone:{lead.phone_key}", lead.phone_key, lead.phone, lead.phone_type),
    )
    return {
        name: {"value": text, "label": label, "is_bad": False} for name, key, text, label in points if key
    }


def side_picked(picks: Mapping[str, str], path: str) -> str:
    """The side picked for a path, or for the nearest thing that it is part of."""
    while path:
        if path in picks:
            return picks[path]
        path = path.rpartition("/")[0]
    return ""


def is_blank(value: object) -> bool:
    """Nothing is said here. An answer that was only looked at says nothing either."""
    if isinstance(value, Mapping) and "status" in value:
        return value["status"] == "TODO" and is_empty(value.get("value"))
    return value is MISSING or is_empty(value)


def untold_changes(entry: Entry) -> dict[str, Change]:
    """What changed without being told: who holds the lead, since when."""
    columns: dict[str, Change] = (entry.kept or {}).get("columns", {})
    return {PATH_OF.get(column, column): change for column, change in columns.items()}


def find_merge(loser: Lead) -> Entry | None:
    """The entry of the merge by which this lead went."""
    rows = Entry.objects.filter(workspace=loser.workspace_id, lead=loser.merged_into_id, kind=MERGED)
    return rows.filter(changes__has_key=f"/merged/{loser.pk}").order_by("-version").first()
