"""What an undo would put back, and what it would leave and why, in words, before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from leads.admin.naming import UNTOLD
from leads.admin.pages.lead.story import line_of
from leads.admin.telling import Speaker, moment_words
from leads.changes.followups import ACTIONS
from leads.changes.inverse import Kept
from leads.changes.undo import UndoOutcome
from leads.models import Action, ActionKind, ActionStatus, Entry
from leads.outbox.log import deliveries_of_entry
from leads.queries.log import LogLine, lines_of_actions


@dataclass(frozen=True, slots=True)
class Part:
    """What an undo puts back, or leaves, in words."""

    name: str
    now: str
    then: str
    reason: str = ""


def parts_of_undo(tried: UndoOutcome, found: Entry, speaker: Speaker) -> dict[str, Any]:
    back = tried.outcome.entry.changes if tried.outcome.entry else {}
    paths = [*tried.undone, *(kept.path for kept in tried.kept)]
    actions = lines_of_actions(found.workspace_id, {key for path in paths if (key := _action_in(path))})
    goes = [Part(one.name, one.old, one.new) for one in speaker.differences(back)]
    goes += [
        _moved_part(actions[key], tried, speaker)
        for path in tried.undone
        if (key := _action_in(path)) in actions
    ]
    stays = [_kept_part(kept, found, actions, speaker) for kept in tried.kept if kept.path not in UNTOLD]
    return {
        "goes": goes,
        "stays": [part for part in stays if part.name],
        "can": bool(tried.undone),
        "heard": deliveries_of_entry(found),
    }


def _action_in(path: str) -> UUID | None:
    """Which action a path is about as a whole, as an undo names what it planned or did."""
    key = path.removeprefix(ACTIONS)
    return UUID(key) if key != path and "/" not in key else None


def _moved_part(line: LogLine, tried: UndoOutcome, speaker: Speaker) -> Part:
    """What is to be done, as it stands and as it would: the rehearsal kept both."""
    assert line.action is not None, "asked for by its action"
    entry = tried.outcome.entry
    moved = (entry.kept or {}).get("moved", {}) if entry else {}
    _before, (status, _state, at) = moved.get(str(line.action.pk), ["", (ActionStatus.CANCELLED, "", "")])
    then = _("due %s") % moment_words(at) if status == ActionStatus.PENDING else ""
    then = then or (_("waits for approval") if status == ActionStatus.AWAITING_APPROVAL else _("called off"))
    return Part(line_of(line, speaker).title, stand_words(line.action), then)


def _kept_part(kept: Kept, found: Entry, actions: dict[UUID, LogLine], speaker: Speaker) -> Part:
    key = _action_in(kept.path)
    line = actions.get(key) if key else None
    if line is not None and line.action is not None:
        return Part(line_of(line, speaker).title, stand_words(line.action), "", kept.message)
    change = found.changes.get(kept.path, [None, None])
    then = speaker.value(kept.path, change[0])
    return Part(speaker.name(kept.path), speaker.value(kept.path, kept.now), then, kept.message)


def stand_words(action: Action) -> str:
    """How far it is, and since when."""
    if action.status == ActionStatus.COMPLETED and action.completed_at is not None:
        at = moment_words(action.completed_at)
        is_message = action.kind in {ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE}
        return (_("sent %s") if is_message else _("done %s")) % at
    if action.status == ActionStatus.PENDING:
        return _("due %s") % moment_words(action.scheduled_at)
    return str(ActionStatus(action.status).label).lower()
