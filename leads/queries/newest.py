"""The newest lines of a lead's log, and the few actions shown wherever they stand in it: two statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from leadhub.workspaces.models import Workspace
from leadhub.workspaces.rows import read_rows
from leads.models import Action, ActionKind, ActionStatus, Entry, Lead, Message
from leads.queries.log import LogLine, LogPage, family_of, gathered, merge_log

_MESSAGES: Final = (ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE)

_OPEN: Final = (ActionStatus.PENDING, ActionStatus.AWAITING_APPROVAL)

_ENTRIES: Final = "FROM {t0} t0 WHERE :mine ORDER BY created_at DESC, id DESC LIMIT :count"
_ACTIONS: Final = """
FROM {t0} t0
LEFT JOIN {t1} t1 ON t1.workspace_id = %s AND t1.lead_id IN (:family) AND t1.action_id = t0.id
WHERE t0.workspace_id = %s AND t0.lead_id IN (:family) AND t0.id IN (
    SELECT id FROM (
        SELECT id FROM {t0} WHERE :mine ORDER BY created_at DESC, id DESC LIMIT :count
    ) AS newest
    UNION SELECT id FROM (
        SELECT id FROM {t0} WHERE :mine AND status = 'PENDING' AND kind = 'FOLLOW_UP_MESSAGE'
        ORDER BY scheduled_at, id LIMIT 1
    ) AS follow_up
    UNION SELECT id FROM (
        SELECT id FROM {t0} WHERE :mine AND status = 'AWAITING_APPROVAL' ORDER BY created_at, id LIMIT 1
    ) AS draft
    UNION SELECT id FROM (
        SELECT id FROM {t0} WHERE :mine AND status IN ('PENDING', 'AWAITING_APPROVAL')
        ORDER BY scheduled_at, id LIMIT 50
    ) AS waiting
    UNION SELECT mine.id FROM (
        SELECT id FROM {t0}
        WHERE :mine AND status = 'COMPLETED' AND kind IN ('MESSAGE', 'FOLLOW_UP_MESSAGE')
        AND id IN (SELECT action_id FROM {t1} WHERE :mine AND direction = 'OUTBOUND')
        ORDER BY coalesce(completed_at, created_at) DESC, created_at DESC, id DESC LIMIT 1
    ) AS sent
    JOIN {t0} AS mine ON mine.workspace_id = %s AND mine.lead_id IN (:family)
    AND (mine.id = sent.id OR mine.parent_id = sent.id)
)
ORDER BY t0.created_at DESC, t0.id DESC, t1.created_at, t1.id
"""


@dataclass(frozen=True, slots=True)
class Newest:
    """`tool_calls` are by the action that made them."""

    page: LogPage
    tool_calls: dict[UUID, list[Action]]
    last_action: LogLine | None
    next_follow_up: LogLine | None
    next_draft: LogLine | None
    # What is still to be done, soonest first.
    waiting: list[LogLine]


def read_newest(workspace: Workspace, lead: Lead, limit: int) -> Newest:
    """The lead's newest lines; the last message that was sent, with its tools; the next two to be sent."""
    family = family_of(lead)
    mine = [workspace.pk, *family]
    rows = read_rows((Entry,), _tail(_ENTRIES, len(family), limit + 1), mine)
    entries = [entry for (entry,) in rows]
    tail = _tail(_ACTIONS, len(family), limit + 1)
    lines = gathered(read_rows((Action, Message), tail, mine * tail.count("workspace_id = %s")))
    return Newest(
        # What is shown wherever it stands comes behind the newest.
        page=merge_log(entries, lines[: limit + 1], limit),
        tool_calls=_tool_calls(lines),
        last_action=max(filter(_is_last, lines), key=_ended, default=None),
        next_follow_up=min(filter(_is_follow_up, lines), key=_due, default=None),
        next_draft=min(filter(_is_draft, lines), key=lambda line: line.key, default=None),
        waiting=sorted(filter(_is_open, lines), key=_due),
    )


@cache
def _tail(sql: str, size: int, count: int) -> str:
    """For a lead with so many others merged into it, and so many lines."""
    sql = sql.replace(":mine", "workspace_id = %s AND lead_id IN (:family)")
    return sql.replace(":family", ", ".join(["%s"] * size)).replace(":count", str(int(count)))


def _tool_calls(lines: list[LogLine]) -> dict[UUID, list[Action]]:
    found: dict[UUID, list[Action]] = {}
    for line in reversed(lines):
        action = line.action
        if action is not None and action.kind == ActionKind.TOOL_CALL and action.parent_id is not None:
            found.setdefault(action.parent_id, []).append(action)
    return found


def _is_last(line: LogLine) -> bool:
    action = line.action
    return (
        action is not None
        and action.kind in _MESSAGES
        and action.status == ActionStatus.COMPLETED
        and any(message.direction == "OUTBOUND" for message in line.messages)
    )


def _is_follow_up(line: LogLine) -> bool:
    action = line.action
    return (
        action is not None
        and action.kind == ActionKind.FOLLOW_UP_MESSAGE
        and action.status == ActionStatus.PENDING
    )


def _is_draft(line: LogLine) -> bool:
    return line.action is not None and line.action.status == ActionStatus.AWAITING_APPROVAL


def _is_open(line: LogLine) -> bool:
    return line.action is not None and line.action.status in _OPEN


def _ended(line: LogLine) -> tuple[datetime, datetime, UUID]:
    assert line.action is not None
    return line.action.completed_at or line.action.created_at, line.action.created_at, line.action.pk


def _due(line: LogLine) -> tuple[datetime, UUID]:
    assert line.action is not None
    return line.action.scheduled_at, line.action.pk
