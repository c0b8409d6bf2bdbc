"""What many changes write beside the leads, in heaps: each kind stored at once, in an order that the rows
which point at others allow."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Model

from leadhub.workspaces.bulk import insert_all, update_many
from leadhub.workspaces.models import Workspace
from leads.changes.draft import Draft
from leads.changes.events import events_of, send
from leads.changes.followups import MOVED
from leads.changes.many.state import ManyState
from leads.changes.store import ANSWER_COLUMNS
from leads.models import (
    Action,
    Answer,
    ConsentEvent,
    ContactPoint,
    DispositionChange,
    Entry,
    Event,
    LeadTag,
    Tag,
)


class Heaps:
    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._steps: list[DispositionChange] = []
        self._rows_new: dict[tuple[str, UUID], Model] = {}
        self._rows_old: dict[tuple[str, UUID], Model] = {}
        self._answers_new: dict[UUID, Answer] = {}
        self._answers_old: dict[UUID, Answer] = {}
        self._tags: dict[str, Tag] = {}
        self._tagged: dict[tuple[UUID, UUID], LeadTag] = {}
        self._untagged: set[tuple[UUID, UUID]] = set()
        self._points_new: dict[UUID, ContactPoint] = {}
        self._points_old: dict[UUID, ContactPoint] = {}
        self._points_gone: set[UUID] = set()
        self._actions: list[Action] = []
        self._moved: dict[UUID, Action] = {}
        self._consents: list[ConsentEvent] = []
        self._events: list[Event] = []

    def add(self, draft: Draft, state: ManyState) -> None:
        """The next change of the same lead is to see this one, so the state learns what the draft holds."""
        if draft.disposition_change is not None:
            self._steps.append(draft.disposition_change)
        for section in draft.beside:
            row = getattr(state, section)
            heap = self._rows_new if row._state.adding else self._rows_old
            heap[section, state.lead.pk] = row
        for item_id, answer in draft.answers.items():
            heap_of = self._answers_new if answer._state.adding else self._answers_old
            heap_of[answer.pk] = answer
            state.answers[item_id] = answer
        if draft.tags_added or draft.tags_removed:
            self._add_tags(draft, state)
        if draft.contact_points or draft.contact_points_removed:
            self._add_points(draft, state)
        self._actions += draft.actions
        self._moved |= {key: action for key, (action, _stands) in draft.actions_moved.items()}
        for consent in draft.consents:
            consent.entry_id = draft.entry_id
            state.said_here.add((str(consent.channel), consent.text_shown))
        self._consents += draft.consents

    def add_events(self, draft: Draft, entry: Entry, *, created: bool) -> None:
        self._events += events_of(draft, entry, created=created)

    def _add_tags(self, draft: Draft, state: ManyState) -> None:
        for tag in draft.new_tags:
            self._tags[tag.normalized] = tag
            state.shelf.know_tag(tag)
        for tag in draft.tags_added:
            key = state.lead.pk, tag.pk
            self._untagged.discard(key)
            self._tagged[key] = LeadTag(
                workspace=draft.state.workspace, lead=draft.lead, tag=tag, created_at=draft.moment
            )
            state.tags[tag.pk] = tag
        for tag in draft.tags_removed:
            key = state.lead.pk, tag.pk
            if self._tagged.pop(key, None) is None:
                self._untagged.add(key)
            state.tags.pop(tag.pk, None)

    def _add_points(self, draft: Draft, state: ManyState) -> None:
        for point in draft.contact_points_removed:
            if self._points_new.pop(point.pk, None) is None:
                self._points_gone.add(point.pk)
        for point in draft.contact_points:
            heap = self._points_new if point._state.adding else self._points_old
            heap[point.pk] = point
        kept = {point.pk: point for point in [*state.contact_points, *draft.contact_points]}
        gone = {point.pk for point in draft.contact_points_removed}
        state.contact_points = [point for key, point in kept.items() if key not in gone]

    def store_steps(self) -> None:
        insert_all(self._steps)

    def store(self) -> None:
        """Once the leads are there."""
        for section in ("address", "profile"):
            insert_all([row for (kind, _lead), row in self._rows_new.items() if kind == section])
            _update([row for (kind, _lead), row in self._rows_old.items() if kind == section])
        insert_all(list(self._answers_new.values()))
        _update(list(self._answers_old.values()), ANSWER_COLUMNS)
        self._store_tags()
        insert_all(list(self._points_new.values()))
        _update(list(self._points_old.values()), ("value", "label", "is_bad"))
        if self._points_gone:
            ContactPoint.objects.filter(workspace=self.workspace, pk__in=self._points_gone).delete()
        insert_all(self._actions)
        if self._moved:
            Action.objects.bulk_update(self._moved.values(), MOVED)

    def store_what_tells(self) -> None:
        """Once the entries are there."""
        insert_all(self._consents)
        if self._events:
            send(self.workspace, self._events)

    def _store_tags(self) -> None:
        """Two writers may make one name at once: the second finds the first one's tag and uses it."""
        if self._tags:
            Tag.objects.bulk_create(self._tags.values(), ignore_conflicts=True)
            stored = Tag.objects.filter(workspace=self.workspace, normalized__in=self._tags)
            kept = {self._tags[tag.normalized].pk: tag.pk for tag in stored}
            for row in self._tagged.values():
                row.tag_id = kept.get(row.tag_id, row.tag_id)
        insert_all(list(self._tagged.values()))
        for lead_id, tag_id in self._untagged:
            LeadTag.objects.filter(workspace=self.workspace, lead=lead_id, tag=tag_id).delete()


def _update(rows: list[Model], columns: Iterable[str] = ()) -> None:
    if not rows:
        return
    key = rows[0]._meta.pk
    assert key is not None
    names = list(columns) or [
        field.attname for field in rows[0]._meta.concrete_fields if field.name not in {"workspace", key.name}
    ]
    update_many(type(rows[0]), names, [[*(getattr(row, name) for name in names), row.pk] for row in rows])
