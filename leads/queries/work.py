"""What is to be done: the queue of a member or of everybody, in six parts, each row with why it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection, models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import User, Workspace
from leadhub.workspaces.rows import places, read_rows
from leadhub.workspaces.statements import Given, Statement
from leads.models import Action, ActionStatus, AssigneeType, ContactPoint, Lead, Message, Stage
from leads.queries.catalogue import load_catalogue
from leads.queries.counts import Count, counting
from leads.queries.find import join_dispositions, live_leads, users_by_id
from leads.queries.keyset import Mark, behind, read_cursor, write_cursor
from leads.queries.touches import Touch, touch_of, with_last_touch

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


# What a row shows of its lead.
_SHOWN: Final = (
    "workspace",
    "first_name",
    "last_name",
    "business_name",
    "email",
    "phone",
    "phone_key",
    "disposition",
    "assignee",
    "assignee_type",
    "created_at",
    "next_action_at",
    "claimed_by",
    "claimed_until",
)

# What a person is to do; what goes out by itself is nobody's work.
_PLANNED: Final = (
    "FROM {t0} t0 WHERE workspace_id = %s AND status = 'PENDING' AND kind <> 'FOLLOW_UP_MESSAGE'"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose queue it is, or everybody's; what time it is; and when the day ends for whoever looks."""

    workspace: Workspace
    at: datetime
    day_ends: datetime
    user_id: UUID | None = None


@dataclass(slots=True)
class QueueRow:
    """`action` is the draft to approve, or else what is planned next; `message` what the draft would send.
    `holder` is the colleague who is on the lead right now. `lead` comes with assignee and disposition joined.
    """

    lead: Lead
    action: Action | None = None
    touch: Touch | None = None
    message: Message | None = None
    holder: User | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: list[QueueRow]
    next: str | None


def count_queue(desk: Desk) -> dict[Part, Count]:
    """How many rows each part has, all in one query."""
    numbers = _counting(*_kind_of(desk)).tell(**_given(desk))
    return {part: Count.up_to(MOST_COUNTED, numbers[part.value]) for part in Part}


def load_queue(desk: Desk, part: Part, *, after: str | None = None, limit: int = 50) -> QueuePage:
    column = _ORDERS[part].removeprefix("-")
    found: list[Any] = _load(desk, part, after, limit + 1)
    following = None
    if len(found) > limit:
        last = found[limit - 1]
        following = write_cursor(Mark(part.value, getattr(last, column), last.pk))
    return QueuePage(_rows(desk, found[:limit]), following)


def _load(desk: Desk, part: Part, after: str | None, count: int) -> list[Any]:
    """Actions of drafts, else leads. The first page is what everybody looks at all day long."""
    if part == Part.DRAFTS or after:
        return list(_shown(desk, part, after)[:count])
    return _first_page(*_kind_of(desk), part, count).read(**_given(desk))


def _shown(desk: Desk, part: Part, after: str | None = None) -> QuerySet[Any]:
    order, rows = _ORDERS[part], _in_order(desk, part)
    if after:
        mark, descending = read_cursor(after, part.value), order.startswith("-")
        rows = rows.filter(behind(order.removeprefix("-"), mark, descending=descending))
    if part == Part.DRAFTS:
        return with_last_touch(rows.select_related("lead"), lead="lead")
    return with_last_touch(rows.only(*_SHOWN))


# What the text of a statement depends on: the workspace and its catalogue, whether the queue is everybody's,
# and the kind of the database.
_Kind = tuple[Workspace, UUID, bool, str]


def _kind_of(desk: Desk) -> _Kind:
    return desk.workspace, desk.workspace.catalogue_token, desk.user_id is None, connection.vendor


def _desk_of_kind(workspace: Workspace, of_everybody: bool) -> Desk:
    at: Any = Given("at", models.DateTimeField())
    day_ends: Any = Given("day_ends", models.DateTimeField())
    user_id: Any = None if of_everybody else Given("user_id", models.UUIDField())
    return Desk(workspace, at, day_ends, user_id)


def _given(desk: Desk) -> dict[str, object]:
    return {"at": desk.at, "day_ends": desk.day_ends, "user_id": desk.user_id}


@lru_cache(maxsize=256)
def _counting(workspace: Workspace, _token: UUID, of_everybody: bool, _vendor: str) -> Statement:
    desk = _desk_of_kind(workspace, of_everybody)
    rows = {part.value: _in_order(desk, part) for part in Part}
    return Statement(counting(workspace, rows, MOST_COUNTED))


@lru_cache(maxsize=256)
def _first_page(
    workspace: Workspace, _token: UUID, of_everybody: bool, _vendor: str, part: Part, count: int
) -> Statement:
    return Statement(_shown(_desk_of_kind(workspace, of_everybody), part)[:count])


def _rows(desk: Desk, found: list[Any]) -> list[QueueRow]:
    if found and isinstance(found[0], Action):
        said = _messages(desk, found)
        rows = [QueueRow(row.lead, row, touch_of(row), said.get(row.pk)) for row in found]
    else:
        planned = _planned(desk, [lead.pk for lead in found])
        rows = [QueueRow(lead, planned.get(lead.pk), touch_of(lead)) for lead in found]
    _join_people(desk, rows)
    join_dispositions(desk.workspace, [row.lead for row in rows])
    return rows


def _join_people(desk: Desk, rows: list[QueueRow]) -> None:
    """Owners, and whoever holds a lead at this moment, in one query."""
    held = {
        row.lead.pk: row.lead.claimed_by_id
        for row in rows
        if row.lead.claimed_until is not None and row.lead.claimed_until > desk.at
    }
    wanted = {row.lead.assignee_id for row in rows} | set(held.values())
    people = users_by_id({key for key in wanted if key is not None})
    for row in rows:
        owner, holder = row.lead.assignee_id, held.get(row.lead.pk)
        row.lead.assignee = people.get(owner) if owner else None
        row.holder = people.get(holder) if holder else None


def _messages(desk: Desk, drafts: list[Action]) -> dict[UUID, Message]:
    """What each draft would send: the first message of its action, as `approve_message` takes it."""
    rows = Message.objects.filter(workspace=desk.workspace, action__in=[draft.pk for draft in drafts])
    rows = rows.filter(direction="OUTBOUND").order_by("-created_at", "-pk")
    return {message.action_id: message for message in rows}


def next_planned(workspace: Workspace, lead_id: UUID) -> Action | None:
    """The earliest thing that a person is to do about a lead."""
    tail = f"{_PLANNED} AND lead_id = %s ORDER BY scheduled_at, id LIMIT 1"
    found = read_rows((Action,), tail, [workspace.pk, lead_id])
    return found[0][0] if found else None


def contact_points_in(workspace: Workspace, lead_id: UUID) -> list[ContactPoint]:
    """The further ways to reach a lead, those that work first."""
    tail = "FROM {t0} t0 WHERE workspace_id = %s AND lead_id = %s ORDER BY is_bad, kind, created_at, id"
    return [point for (point,) in read_rows((ContactPoint,), tail, [workspace.pk, lead_id])]


def _planned(desk: Desk, leads: list[UUID]) -> dict[UUID, Action]:
    """The earliest thing planned for each lead."""
    if not leads:
        return {}
    tail = f"{_PLANNED} AND lead_id IN ({places(leads)}) ORDER BY scheduled_at DESC, id DESC"
    found = read_rows((Action,), tail, [desk.workspace.pk, *leads])
    return {action.lead_id: action for (action,) in found}


def leads_in_part(desk: Desk, part: Part) -> QuerySet[Lead]:
    """The leads of a part in its order; drafts are no leads."""
    assert part != Part.DRAFTS
    return _in_order(desk, part)


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
    if desk.user_id is None:
        return rows
    # What the AI wrote to a lead that nobody owns is for whoever comes first.
    return rows.filter(Q(lead__assignee=desk.user_id) | Q(lead__assignee=None))
