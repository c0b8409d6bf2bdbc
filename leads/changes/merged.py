"""What merges brought to a lead, which of them stand, and what one stands in for once another is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leads.changes.draft import PATH_OF
from leads.changes.paths import UnknownPath, current, parts_of
from leads.models import Entry, Lead
from leads.state import LeadState
from leads.timeline import MISSING, Change, change_of, plain, same, sides
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
    """A merge that stands: its entry, the changes it stands for by now, and the lead that it took in."""

    entry: Entry
    changes: Mapping[str, Change]
    loser: LeadState

    def offers(self, path: str) -> object:
        """What the lead that was taken in has to give at a path."""
        picks: Mapping[str, str] = self.entry.kept["picks"] if self.entry.kept else {}
        if side_picked(picks, path) == "winner":
            return MISSING
        return brought(self.loser, path)


@dataclass(slots=True)
class Later:
    """The merges that stand and came after the one that is to be undone."""

    merges: Sequence[Merge] = ()
    # What each of them stands for from now on: {its entry: {path: change}}.
    handed: dict[str, dict[str, Change | None]] = field(default_factory=dict)

    def best(self, path: str, old: object) -> tuple[object, Merge | None]:
        """What would stand here, had the undone merge never been, and the merge that it would be from."""
        best, source = old, None
        for merge in self.merges:
            offer = merge.offers(path)
            if not is_blank(offer) and (is_blank(best) or _is_further(path, offer, best)):
                best, source = offer, merge
        return best, source

    def built_on(self, writer: Entry, path: str, new: object) -> Merge | None:
        """The later merge that wrote here last, if it found here what the undone one had put."""
        merge = next((merge for merge in self.merges if merge.entry.pk == writer.pk), None)
        change = merge.changes.get(path) if merge else None
        return merge if change and same(sides(change)[0], new) else None

    def hand(self, merge: Merge, path: str, old: object, new: object) -> None:
        """From now on the merge stands for this change; for none, if the two changed nothing together."""
        change = None if same(plain(old), plain(new)) else change_of(old, new)
        self.handed.setdefault(str(merge.entry.pk), {})[path] = change


def _is_further(path: str, offer: Any, best: Any) -> bool:
    return path in EXTREMES and EXTREMES[path](offer, best) != best


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


def merges_into(lead: Lead, *, after: int) -> list[Merge]:
    """The merges into this lead that stand, of those made after that version, in their order."""
    entries = Entry.objects.filter(workspace=lead.workspace_id, lead=lead)
    # Newest first, because a lead that was merged, taken out and merged again stands where it came last.
    found: dict[str, Entry] = {}
    for row in entries.filter(kind=MERGED, version__gt=after).order_by("-version"):
        found.setdefault(str((row.kept or {}).get("loser")), row)
    if not found:
        return []
    standing = Lead.objects.filter(workspace=lead.workspace_id, merged_into=lead, pk__in=found)
    losers = {str(row.pk): LeadState(lead.workspace, row) for row in standing}
    ordered = sorted(found.items(), key=lambda item: item[1].version)
    return [Merge(entry, changes_of(entry), losers[key]) for key, entry in ordered if key in losers]


def changes_of(entry: Entry) -> dict[str, Change]:
    """All that the merge stands for: told or not, its own or handed on by merges that were undone."""
    kept = entry.kept or {}
    changes: dict[str, Change | None] = {**entry.changes, **untold_changes(entry)}
    undone = Entry.objects.filter(workspace=entry.workspace_id, lead=entry.lead_id, kind=MERGE_UNDONE)
    for row in undone.order_by("version"):
        changes |= (row.kept or {}).get("handed", {}).get(str(entry.pk), {})
    # These are put right for themselves: who is merged, what adds up, and what follows from the plans of all.
    for path in (f"/merged/{kept['loser']}", "attempts", "next_action_at"):
        changes.pop(path, None)
    return {path: change for path, change in changes.items() if change is not None}


def untold_changes(entry: Entry) -> dict[str, Change]:
    """What changed without being told: who holds the lead, since when."""
    columns: dict[str, Change] = (entry.kept or {}).get("columns", {})
    return {PATH_OF.get(column, column): change for column, change in columns.items()}


def find_merge(loser: Lead) -> Entry | None:
    """The entry of the merge by which this lead went."""
    rows = Entry.objects.filter(workspace=loser.workspace_id, lead=loser.merged_into_id, kind=MERGED)
    return rows.filter(changes__has_key=f"/merged/{loser.pk}").order_by("-version").first()
