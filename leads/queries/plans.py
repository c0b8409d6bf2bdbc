"""What is still to be done about one lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leadhub.workspaces.models import Workspace
from leadhub.workspaces.rows import places, read_rows
from leads.models import Action, Lead, Message
from leads.queries.log import LogLine, family_of, gathered, put_messages

_OPEN: Final = """
FROM {t0} t0
LEFT JOIN {t1} t1 ON t1.workspace_id = t0.workspace_id AND t1.action_id = t0.id
WHERE t0.workspace_id = %s AND t0.lead_id IN (:family) AND t0.status IN ('PENDING', 'AWAITING_APPROVAL')
ORDER BY t0.scheduled_at, t0.id, t1.created_at, t1.id
"""


def open_actions(workspace: Workspace, lead: Lead) -> list[LogLine]:
    """Soonest first, each with its messages; one statement."""
    family = family_of(lead)
    tail = _OPEN.replace(":family", places(family))
    return gathered(read_rows((Action, Message), tail, [workspace.pk, *family]))


def with_messages(workspace: Workspace, actions: Iterable[Action]) -> list[LogLine]:
    lines = [LogLine(action=action) for action in actions]
    put_messages(workspace, lines)
    return lines
