"""What an entry planned is called off when it is undone, what it moved moves back, what was done stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from leads.changes.draft import OPEN, Draft
from leads.changes.followups import channel_of, is_opted_out
from leads.changes.inverse import Inverse
from leads.models import Action, ActionKind, ActionStatus, Entry
from leads.models.outbox import Leased
from leads.timeline import plain

_DONE: Final = frozenset({ActionStatus.COMPLETED, ActionStatus.FAILED})


def take_back_actions(draft: Draft, entry: Entry, inverse: Inverse, *, slipped: bool = False) -> None:
    """`slipped`: the call of this entry was never made, so neither it nor what it settled was done."""
    kept = entry.kept or {}
    _take_back_new(draft, kept.get("actions", ()), inverse, slipped=slipped)
    moved = kept.get("moved", {})
    for action in _locked(draft, moved):
        before, after = moved[str(action.pk)]
        if action.status in _DONE and action.kind != ActionKind.TASK and not slipped:
            inverse.keep(_path(action), "was_done", action.status)
        elif [action.status, plain(action.scheduled_at)] != [after[0], after[2]] or action.lease_owner:
            inverse.keep(_path(action), "changed_since", action.status)
        elif before[0] in OPEN and is_opted_out(draft.lead, channel_of(action)):
            inverse.keep(_path(action), "opted_out", action.status)
        else:
            draft.move_action(action, *before)
            if slipped:
                action.output = None
            inverse.undone.append(_path(action))


def _take_back_new(draft: Draft, ids: Iterable[str], inverse: Inverse, *, slipped: bool) -> None:
    for action in _locked(draft, ids):
        # A worker that holds it may be sending it this moment.
        never_made = slipped and action.kind == ActionKind.CALL
        if (action.status in OPEN or never_made) and not action.lease_owner:
            draft.move_action(action, ActionStatus.CANCELLED, Leased.State.IDLE)
            inverse.undone.append(_path(action))
        elif action.status == ActionStatus.CANCELLED:
            inverse.keep(_path(action), "already_back", action.status)
        else:
            inverse.keep(_path(action), "was_done", action.status)


def _path(action: Action) -> str:
    return f"/actions/{action.pk}"


def _locked(draft: Draft, ids: Iterable[str]) -> list[Action]:
    keys = [UUID(key) for key in ids]
    rows = Action.objects.filter(workspace=draft.state.workspace, lead=draft.lead, pk__in=keys)
    return list(rows.select_for_update(of=("self",)).order_by("pk")) if keys else []
