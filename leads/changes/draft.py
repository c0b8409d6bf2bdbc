"""The lead as it will be: what differs from what is stored, path by path, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import new_id
from leads.change import Actor
from leads.changes.surroundings import Surroundings
from leads.models import (
    Action,
    ActionStatus,
    Answer,
    Channel,
    ConsentEvent,
    ContactPoint,
    Disposition,
    DispositionChange,
    Tag,
)
from leads.models.outbox import Leased
from leads.queries.log import family_of
from leads.state import LeadState
from leads.timeline import MISSING, Change, change_of, diff_objects, plain, same
from leads.values import clean_moment

# Columns that follow from others, or count; what they follow from is told instead.
UNTOLD: Final = frozenset(
    {
        "email_key",
        "phone_e164",
        "phone_key",
        "search_text",
        "assigned_at",
        "override_by",
        "override_at",
        "archived_by",
        "disposition_change_id",
        "checklist_required",
        "checklist_done",
        "checklist_in_review",
        "checklist_groups",
        "checklist_revision",
        "next_action_at",
        "claimed_by_id",
        "claimed_until",
        "absorbed",
    }
)
OPEN: Final = (ActionStatus.PENDING, ActionStatus.AWAITING_APPROVAL)
# Columns whose path has another name than the column.
PATH_OF: Final[Mapping[str, str]] = {
    "assignee_id": "assignee",
    "import_batch_id": "import_batch",
    "claimed_by_id": "claimed_by",
    "opted_out_at": "/consent/all",
    "call_opted_out_at": "/consent/call",
    "email_opted_out_at": "/consent/email",
    "sms_opted_out_at": "/consent/sms",
    "override_enabled": "/override/enabled",
    "override_reason": "/override/reason",
    "archived_at": "/archive/at",
    "archive_reason": "/archive/reason",
    "archive_note": "/archive/note",
}


class Draft:
    def __init__(self, state: LeadState, actor: Actor) -> None:
        self.state = state
        self.lead = state.lead
        self.actor = actor
        self.moment: datetime = now()
        self.entry_id: UUID = new_id()
        self.changes: dict[str, Change] = {}
        self.columns: set[str] = set()
        # What columns that are not told held before.
        self.untold: dict[str, object] = {}
        self.beside: set[str] = set()
        self.answers: dict[UUID, Answer] = {}
        self.answers_removed: dict[UUID, Answer] = {}
        self.new_tags: list[Tag] = []
        self.tags_added: list[Tag] = []
        self.tags_removed: list[Tag] = []
        self.contact_points: list[ContactPoint] = []
        self.contact_points_removed: list[ContactPoint] = []
        self.disposition_change: DispositionChange | None = None
        self.consents: list[ConsentEvent] = []
        # What an opt-in takes from the list of numbers and addresses that must not be used.
        self.lifts: list[tuple[set[tuple[str, str]], Channel]] = []
        # Those of them that no opt-out yields to.
        self.bases: list[ConsentEvent] = []
        self.actions: list[Action] = []
        self.actions_moved: dict[UUID, tuple[Action, list[list[str]]]] = {}
        # Who else has its number or address, and how much is open; None: nothing in the change asked for it.
        self.around: Surroundings | None = None
        # What an event says besides what all of them say, by its kind.
        self.event_data: dict[str, Mapping[str, object]] = {}
        self.kept: dict[str, Any] | None = None
        self.events: list[str] = []
        # Whether the checklist itself is another one than before.
        self.recounts = False
        self.note = ""

    def tell(self, path: str, old: object, new: object) -> None:
        """Note a difference; a second one at the same path keeps the first old value."""
        first = self.changes.get(path)
        if first is not None:
            old = MISSING if first[2:] == ["added"] else first[0]
        change = change_of(old, new)
        # With a third word, one of the two sides is missing.
        if old is new or (len(change) == 2 and same(*change)):
            self.changes.pop(path, None)
        else:
            self.changes[path] = change

    def set_column(self, column: str, value: object) -> bool:
        old = getattr(self.lead, column)
        if old is value:
            return False
        # Most values are texts; to ask nothing more of those makes a large import faster.
        before, after = (old, value) if type(old) is str is type(value) else (plain(old), plain(value))
        if before == after:
            return False
        self.put(column, value)
        self.columns.add(column)
        if column in UNTOLD:
            self.untold.setdefault(column, old)
            return True
        path = PATH_OF.get(column, column)
        if type(before) is type(after) and path not in self.changes:
            # What `tell` would come to, in a fraction of its time.
            self.changes[path] = [told(before), told(after)]
        else:
            self.tell(path, told(old), told(value))
        return True

    def put(self, column: str, value: object) -> None:
        setattr(self.lead, column, value)

    def set_object(self, column: str, value: Mapping[str, object]) -> bool:
        """A JSON object is told leaf by leaf, each under its own pointer."""
        old = getattr(self.lead, column)
        differences = diff_objects(old, value, f"/{column}")
        if not differences:
            return False
        setattr(self.lead, column, dict(value))
        self.columns.add(column)
        for path, (before, after) in differences.items():
            self.tell(path, before, after)
        return True

    def set_beside(self, section: str, column: str, value: object) -> None:
        row: Model = getattr(self.state, section)
        old = getattr(row, column)
        if plain(old) != plain(value):
            setattr(row, column, value)
            self.beside.add(section)
            self.tell(f"/{section}/{column}", told(old), told(value))

    def set_disposition(self, disposition: Disposition) -> None:
        old = self.state.catalogue.dispositions.get(self.lead.disposition_id)
        self.lead.disposition = disposition
        self.columns.add("disposition_id")
        self.tell("disposition", old.outcome if old else None, disposition.outcome)

    @cached_property
    def open_actions(self) -> list[Action]:
        """What is still to be done about the lead, and about those that were merged into it."""
        if not self.state.may_have_actions or (self.around is not None and not self.around.actions):
            return []
        mine = Action.objects.filter(workspace=self.state.workspace, lead__in=family_of(self.lead))
        return list(mine.filter(status__in=OPEN).order_by("scheduled_at", "pk"))

    def move_action(self, action: Action, status: str, state: str, at: object = None) -> None:
        """A stored action takes another status, or another time; the entry keeps both sides, so that it can
        be moved back."""
        before = _stand_of(action)
        action.status, action.state = status, state
        if at is not None:
            action.scheduled_at = clean_moment(at)
        if status in OPEN:
            action.outcome = action.error = ""
            action.completed_at = None
        # Whoever held it holds it no more; what is due again begins anew.
        action.lease_owner, action.lease_until, action.attempt = "", None, 0
        action.due_at = action.scheduled_at if state == Leased.State.DUE else None
        first = self.actions_moved.get(action.pk)
        self.actions_moved[action.pk] = action, [first[1][0] if first else before, _stand_of(action)]

    @property
    def differs(self) -> bool:
        written = self.changes or self.columns or self.beside or self.answers
        return bool(written or self.actions or self.actions_moved or self.consents or self.note)


def _stand_of(action: Action) -> list[str]:
    return [str(action.status), str(action.state), str(plain(action.scheduled_at))]


def told(value: object) -> object:
    """An empty text was never set, so it is told as null, the way every dialect shows it."""
    return None if value == "" else value
