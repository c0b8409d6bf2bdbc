"""What is to be done: the queue of a member or of everybody, in six parts, each row with why it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import IntegerField, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import Workspace
from leads.models import Action, ActionKind, ActionStatus, AssigneeType, Lead, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.find import join_dispositions, join_owners, live_leads
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor
from leads.queries.lists import UNSEEN, Count

# Shown as "99+": nobody works through more at a glance, and counting on costs.
MOST_COUNTED: Final = 99
_OPEN: Final = frozenset({Stage.NEW, Stage.CONTACTED, Stage.FOLLOW_UP, Stage.QUALIFIED})


class Part(models.TextChoices):
    OVERDUE = "overdue", _("Overdue")
    DUE_TODAY = "due_today", _("Due today")
    NEW_UNASSIGNED = "new_unassigned", _("New, unassigned")
    DRAFTS = "drafts", _("Drafts to approve")
    NO_NEXT_STEP = "no_next_step", _("No next step")
    UPCOMING = "upcoming", _("Upcoming")


# By what each part is ordered.
_ORDERS: Final = {
    Part.OVERDUE: "next_action_at",
    Part.DUE_TODAY: "next_action_at",
    Part.NEW_UNASSIGNED: "-created_at",
    Part.DRAFTS: "scheduled_at",
    Part.NO_NEXT_STEP: "-created_at",
    Part.UPCOMING: "next_action_at",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose queue it is, or everybody's; what time it is; and when the day ends for whoever looks."""

    workspace: Workspace
    at: datetime
    day_ends: datetime
    user_id: UUID | None = None


@dataclass(slots=True)
class QueueRow:
    """`action` is the draft to approve, or else what is planned next. `lead` comes with assignee and
    disposition joined."""

    lead: Lead
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: list[QueueRow]
    next: str | None


class _Counted(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def count_queue(desk: Desk) -> dict[Part, Count]:
    """How many rows each part has, all in one query."""
    capped = {part.value: _Counted(_in_order(desk, part).values("pk")[: MOST_COUNTED + 1]) for part in Part}
    numbers = Workspace.objects.filter(pk=desk.workspace.pk).annotate(**capped).values(*capped).get()
    return {
        part: Count(min(numbers[part.value], MOST_COUNTED), numbers[part.value] > MOST_COUNTED)
        for part in Part
    }


def load_queue(desk: Desk, part: Part, *, after: str | None = None, limit: int = 50) -> QueuePage:
    order = _ORDERS[part]
    column, descending = order.removeprefix("-"), order.startswith("-")
    rows = _in_order(desk, part)
    if after:
        rows = rows.filter(behind(column, read_cursor(after, part.value), descending=descending))
    rows = rows.select_related("lead") if part == Part.DRAFTS else rows.defer(*UNSEEN)
    found: list[Any] = list(rows[: limit + 1])
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = write_cursor(Mark(part.value, getattr(last, column), last.pk))
    return QueuePage(_rows(desk, found[:limit]), following)


def _rows(desk: Desk, found: list[Any]) -> list[QueueRow]:
    if found and isinstance(found[0], Action):
        rows = [QueueRow(action.lead, action) for action in found]
    else:
        planned = _planned(desk, [lead.pk for lead in found])
        rows = [QueueRow(lead, planned.get(lead.pk)) for lead in found]
    join_owners(join_dispositions(desk.workspace, [row.lead for row in rows]))
    return rows


def _planned(desk: Desk, leads: list[UUID]) -> dict[UUID, Action]:
    """The earliest thing planned for each lead; what goes out by itself is nobody's work."""
    pending = Action.objects.filter(workspace=desk.workspace, lead__in=leads, status=ActionStatus.PENDING)
    pending = pending.exclude(kind=ActionKind.FOLLOW_UP_MESSAGE)
    return {action.lead_id: action for action in pending.order_by("-scheduled_at", "-id")}


def _in_order(desk: Desk, part: Part) -> QuerySet[Any]:
    order = _ORDERS[part]
    rows: QuerySet[Any] = _drafts(desk) if part == Part.DRAFTS else _leads(desk, part)
    return rows.order_by(order, "-id" if order.startswith("-") else "id")


def _leads(desk: Desk, part: Part) -> QuerySet[Lead]:
    rows = live_leads(desk.workspace).filter(archived_at=None)
    catalogue = load_catalogue(desk.workspace)
    fresh = catalogue.of_stages(frozenset({Stage.NEW}))
    if part == Part.NEW_UNASSIGNED:
        # What the AI handles is not waiting for a person.
        return rows.filter(assignee=None, assignee_type=AssigneeType.HUMAN_AGENT, disposition__in=fresh)
    if desk.user_id is not None:
        rows = rows.filter(assignee=desk.user_id)
    if part == Part.NO_NEXT_STEP:
        waiting = Q(assignee=None, disposition__in=fresh)
        worked = Q(assignee_type=AssigneeType.HUMAN_AGENT, disposition__in=catalogue.of_stages(_OPEN))
        return rows.filter(worked & ~waiting, next_action_at=None)
    return rows.filter(
        {
            Part.OVERDUE: Q(next_action_at__lt=desk.at),
            Part.DUE_TODAY: Q(next_action_at__gte=desk.at, next_action_at__lt=desk.day_ends),
            Part.UPCOMING: Q(next_action_at__gte=desk.day_ends),
        }[part]
    )


def _drafts(desk: Desk) -> QuerySet[Action]:
    rows = Action.objects.filter(
        workspace=desk.workspace,
        status=ActionStatus.AWAITING_APPROVAL,
        lead__is_test=False,
        lead__deleted_at=None,
        lead__merged_into=None,
        lead__archived_at=None,
    )
    return rows if desk.user_id is None else rows.filter(lead__assignee=desk.user_id)
