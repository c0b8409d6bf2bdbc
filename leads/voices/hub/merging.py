"""Merging and undoing in the native API: what is asked, and what became of each path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leads.changes.comparing import LOSER, WINNER, MergeRow
from leads.changes.inverse import REASONS, Kept
from leads.changes.merge import MergeOutcome
from leads.changes.undo import UndoOutcome
from leads.timeline import plain
from leads.values import clean_choice, clean_integer
from leads.voices.hub.kinds import (
    ANYTHING,
    FLAG,
    ID,
    TEXT,
    WHOLE,
    Schema,
    by_name,
    maybe,
    one_of,
    several,
    thing,
)
from leads.voices.hub.lead import LEAD
from leads.voices.hub.sheet import Sheet, sheet_of

_SIDES: Final = (WINNER, LOSER)
MERGE_SENT: Final[Schema] = {
    "title": "MergeRequest",
    "type": "object",
    "required": ["loser"],
    "properties": {
        "loser": {**ID, "description": "The lead that is taken in."},
        "loser_version": {**WHOLE, "description": "Refuse, if it has moved on."},
        "picks": {
            **by_name(one_of(_SIDES)),
            "description": "Whose value is taken, by path; otherwise the winner's, unless it is empty.",
        },
    },
    "additionalProperties": False,
    "examples": [{"loser": "0198f2a4-6b7c-7d10-8e4f-0b6e3f6f2a51", "picks": {"email": "loser"}}],
}
_ROW: Final = thing(
    "MergeRow",
    {"path": TEXT, "winner": ANYTHING, "loser": ANYTHING, "taken": TEXT, "pickable": FLAG},
)
PREVIEW: Final = thing("MergePreview", {"rows": several(_ROW), "documents": WHOLE})
MERGED: Final = thing(
    "MergeResult", {"lead": LEAD, "entry_id": maybe(ID), "rows": several(_ROW), "documents": WHOLE}
)
UNDONE: Final = thing(
    "UndoResult",
    {
        "lead": LEAD,
        "entry_id": {
            **maybe(ID),
            "description": "Of the undo itself; null when nothing was taken back.",
        },
        "undone": several(TEXT),
        "kept": several(
            thing(
                "KeptPath",
                {"path": TEXT, "reason": one_of(REASONS), "message": TEXT, "now": ANYTHING, "by": maybe(ID)},
            )
        ),
    },
)


@dataclass(frozen=True, slots=True)
class MergeWish:
    loser: object
    loser_version: int | None
    picks: dict[str, str]


def read_merge(body: Mapping[str, object]) -> MergeWish:
    """The paths of picks are judged by the writer, who knows which there are."""
    sheet = sheet_of(body, "loser", "loser_version", "picks")
    sheet.require("loser")
    version = sheet.clean("loser_version", clean_integer, None)
    raw = sheet.sent.get("picks")
    picks: dict[str, str] = {}
    if raw is not None:
        sides = Sheet(raw, raw if isinstance(raw, Mapping) else (), sheet.problems, "picks")
        picks = {path: sides.clean(path, lambda side: clean_choice(side, _SIDES), "") for path in sides.sent}
    sheet.problems.settle()
    return MergeWish(sheet.sent["loser"], version, picks)


def show_rows(merged: MergeOutcome) -> dict[str, Any]:
    return {"rows": [_row(row) for row in merged.rows], "documents": merged.documents}


def _row(row: MergeRow) -> dict[str, Any]:
    return {
        "path": row.path,
        "winner": plain(row.winner),
        "loser": plain(row.loser),
        "taken": row.taken,
        "pickable": row.pickable,
    }


def show_undone(undo: UndoOutcome) -> dict[str, Any]:
    entry = undo.outcome.entry
    return {
        "entry_id": str(entry.pk) if entry else None,
        "undone": list(undo.undone),
        "kept": [_kept(one) for one in undo.kept],
    }


def _kept(one: Kept) -> dict[str, Any]:
    return {
        "path": one.path,
        "reason": one.reason,
        "message": one.message,
        "now": plain(one.now),
        "by": str(one.by) if one.by else None,
    }
