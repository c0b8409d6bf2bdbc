"""A call that was logged by a slip and taken back: what was typed with it stands in the form again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadhub.workspaces.clock import now
from leads.admin.desk import Desk
from leads.admin.pages.lead.story import CLAIMS, is_taken_back
from leads.changes.followups import is_ladder
from leads.changes.ledger import UNDONE
from leads.changes.undo import SLIP
from leads.models import Action, ActionKind
from leads.queries.log import LogLine


def typed_before(lines: Iterable[LogLine], desk: Desk) -> dict[str, str]:
    """Note, reason and agreed time of the call that this person took back a moment ago, if nothing has
    happened since; not its outcome, which was the slip. The lines come newest first."""
    told = [line for line in lines if line.entry is None or line.entry.kind not in CLAIMS]
    undo = told[0].entry if told else None
    if undo is None or undo.kind != UNDONE or undo.user_id != desk.user.pk:
        return {}
    actions = [line.action for line in told if line.action is not None and is_taken_back(line.action)]
    made = next((action for action in actions if action.kind == ActionKind.CALL and action.outcome), None)
    if made is None or made.user_id != desk.user.pk or now() - made.created_at > SLIP:
        return {}
    given = made.input if isinstance(made.input, dict) else {}
    found = {name: str(given.get(name) or "") for name in ("note", "reason")}
    agreed = _agreed_with(made, actions)
    if agreed is not None:
        found["at"] = f"{agreed.astimezone(desk.zone):%Y-%m-%dT%H:%M}"
    return {name: text for name, text in found.items() if text}


def _agreed_with(made: Action, actions: Iterable[Action]) -> datetime | None:
    """The time of the next call that was planned by the same gesture, and not by the ladder of tries."""
    planned = (one for one in actions if one.created_at == made.created_at and not one.outcome)
    return next((one.scheduled_at for one in planned if not is_ladder(one)), None)
