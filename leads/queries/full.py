"""A full lead: everything a voice or a page shows of one lead, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from checklists.definitions import Definitions, load_definitions
from leadhub.workspaces.models import Workspace
from leads.change import ById, Where
from leads.matching import Match, matching_leads
from leads.models import (
    Action,
    ActionKind,
    ActionStatus,
    Address,
    Answer,
    ContactPoint,
    Document,
    Lead,
    Profile,
    Tag,
)
from leads.queries.beside import contact_points_of, tags_of, with_beside
from leads.queries.catalogue import Catalogue, load_catalogue
from leads.queries.find import find_lead, join_dispositions
from leads.queries.log import LogLine, actions_of, entries_of, merge_log, put_messages

if TYPE_CHECKING:
    from leads.state import LeadState

__all__ = ["FullLead", "LogLine", "full_lead_of", "load_full_lead", "load_lead"]

_BESIDE = ("id", "address", "profile", "disposition_change", "assignee")
_MESSAGES = (ActionKind.MESSAGE, ActionKind.FOLLOW_UP_MESSAGE)


@dataclass(slots=True)
class FullLead:
    """`lead` comes with disposition, disposition_change and assignee joined."""

    workspace: Workspace
    lead: Lead
    catalogue: Catalogue
    address: Address | None
    profile: Profile | None
    tags: list[Tag]
    contact_points: list[ContactPoint]
    definitions: Definitions
    answers: Mapping[UUID, Answer]
    documents: list[Document]
    log: list[LogLine]
    matches: list[Match]
    last_action: LogLine | None = None
    next_follow_up: LogLine | None = None
    next_draft: LogLine | None = None
    # By the action that made them.
    tool_calls: Mapping[UUID, list[Action]] = field(default_factory=dict)
    # Where `load_log` goes on; None when the log is whole.
    older: str | None = None

    @property
    def stage(self) -> str:
        return self.catalogue.stage_of(self.lead)

    @property
    def matching(self) -> list[Lead]:
        return [match.lead for match in self.matches]


def load_lead(
    workspace: Workspace, where: Where, *, tests: bool | None = False, deleted: bool = False
) -> Lead:
    """The lead's own row with assignee and disposition: all that the small dialects show. One query."""
    rows = Lead.objects.select_related("assignee")
    lead = find_lead(workspace, _reach(where, deleted), tests=tests, rows=rows)
    return join_dispositions(workspace, [lead])[0]


def load_full_lead(
    workspace: Workspace,
    where: Where,
    *,
    tests: bool | None = False,
    log_limit: int = 100,
    deleted: bool = False,
) -> FullLead:
    """The lead that is meant, with all that is known of it."""
    rows = with_beside(Lead.objects.all())
    lead = find_lead(workspace, _reach(where, deleted), tests=tests, rows=rows)
    definitions = load_definitions(workspace, lead.pk)
    answers = {row.item_id: row for row in Answer.objects.filter(workspace=workspace, lead=lead)}
    return _full(workspace, lead, lead, definitions, answers, log_limit)


def full_lead_of(state: LeadState, *, log_limit: int = 100) -> FullLead:
    """The lead just written: what the writer has in hand is not read again."""
    lead = state.lead
    beside = with_beside(Lead.objects.filter(pk=lead.pk)).only(*_BESIDE).get()
    lead.disposition_change, lead.assignee = beside.disposition_change, beside.assignee
    return _full(state.workspace, lead, beside, state.definitions, state.answers, log_limit)


def _reach(where: Where, deleted: bool) -> Where:
    return replace(where, deleted=True) if deleted and isinstance(where, ById) else where


def _full(
    workspace: Workspace,
    lead: Lead,
    beside: Lead,
    definitions: Definitions,
    answers: Mapping[UUID, Answer],
    log_limit: int,
) -> FullLead:
    catalogue = load_catalogue(workspace)
    join_dispositions(workspace, [lead])
    _join_disposition_of_change(lead, catalogue)
    contact_points = contact_points_of(beside)
    documents = Document.objects.filter(workspace=workspace, lead=lead, deleted_at=None)
    full = FullLead(
        workspace=workspace,
        lead=lead,
        catalogue=catalogue,
        address=getattr(beside, "address", None),
        profile=getattr(beside, "profile", None),
        tags=tags_of(beside),
        contact_points=contact_points,
        definitions=definitions,
        answers=answers,
        documents=list(documents.order_by("created_at", "id")),
        log=[],
        matches=matching_leads(workspace, lead, contact_points=contact_points),
    )
    _put_log(full, log_limit)
    return full


def _join_disposition_of_change(lead: Lead, catalogue: Catalogue) -> None:
    change = lead.disposition_change
    if change is not None and change.disposition_id in catalogue.dispositions:
        change.disposition = catalogue.dispositions[change.disposition_id]


def _put_log(full: FullLead, limit: int) -> None:
    """The newest lines, and the few actions that are shown wherever they stand in the log."""
    workspace, lead = full.workspace, full.lead
    entries = list(entries_of(workspace, lead).order_by("-created_at", "-id")[: limit + 1])
    actions = list(_actions(actions_of(workspace, lead), limit).order_by("-created_at", "-id"))
    page = merge_log(entries, actions[: limit + 1], limit)
    lines = {line.row.pk: line for line in page.lines if line.action is not None}
    every = [lines.get(action.pk) or LogLine(action=action) for action in actions]
    put_messages(workspace, every)
    full.log, full.older = page.lines, page.next
    full.tool_calls = _tool_calls(actions)
    full.last_action = max(filter(_is_last, every), key=_ended, default=None)
    full.next_follow_up = min(filter(_is_follow_up, every), key=_due, default=None)
    full.next_draft = min(filter(_is_draft, every), key=lambda line: line.key, default=None)


def _actions(rows: QuerySet[Action], limit: int) -> QuerySet[Action]:
    """The newest; and, even when beyond those, the last message sent with its tools, and the next two."""
    newest = rows.order_by("-created_at", "-id").values("pk")[: limit + 1]
    sent = rows.filter(status=ActionStatus.COMPLETED, kind__in=_MESSAGES, messages__direction="OUTBOUND")
    ended = Coalesce("completed_at", "created_at").desc()
    last = sent.order_by(ended, F("created_at").desc(), "-id").values("pk")[:1]
    pending = rows.filter(status=ActionStatus.PENDING, kind=ActionKind.FOLLOW_UP_MESSAGE)
    drafts = rows.filter(status=ActionStatus.AWAITING_APPROVAL)
    return rows.filter(
        Q(pk__in=newest)
        | Q(pk__in=last)
        | Q(kind=ActionKind.TOOL_CALL, parent__in=last)
        | Q(pk__in=pending.order_by("scheduled_at", "id").values("pk")[:1])
        | Q(pk__in=drafts.order_by("created_at", "id").values("pk")[:1])
    )


def _tool_calls(actions: list[Action]) -> dict[UUID, list[Action]]:
    found: dict[UUID, list[Action]] = {}
    for action in reversed(actions):
        if action.kind == ActionKind.TOOL_CALL and action.parent_id is not None:
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


def _ended(line: LogLine) -> tuple[datetime, datetime, UUID]:
    assert line.action is not None
    return line.action.completed_at or line.action.created_at, line.action.created_at, line.action.pk


def _due(line: LogLine) -> tuple[datetime, UUID]:
    assert line.action is not None
    return line.action.scheduled_at, line.action.pk
