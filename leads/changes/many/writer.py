"""Drafts many changes and stores them at once. Whoever calls owns the transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db import connection

from leadhub.workspaces.bulk import insert_many, update_many
from leadhub.workspaces.models import Workspace
from leads.change import Actor, LeadChange, Telling
from leads.changes.apply import draft_change, tell_of
from leads.changes.draft import Draft
from leads.changes.many.beside import Heaps
from leads.changes.many.neighbours import Neighbours
from leads.changes.many.state import ManyState
from leads.changes.store import settle, story_of
from leads.changes.suppression import Key, keys_of, lift
from leads.models import Entry, Lead
from leads.timeline import by_whom, record, what_happened
from leads.validation import Clean, judge

_ALWAYS: Final = frozenset({"version", "updated_at", "field_sources"})
_BORN: Final = frozenset({"id", "created_at", "search_text"}) | _ALWAYS
_COLUMNS: Final = tuple(field.attname for field in Lead._meta.concrete_fields)


@dataclass(frozen=True, slots=True)
class Written:
    """What one change came to. `plans`: the next change of this lead has to see it stored."""

    created: bool
    changed: bool
    plans: bool = False


class ManyDraft(Draft):
    def put(self, column: str, value: object) -> None:
        """A number is kept as text: to parse it once more would take longer than all the rest."""
        vars(self.lead)[column] = value


class Many:
    """The states it is given are of one batch: existing leads are locked, and none is there twice."""

    def __init__(self, workspace: Workspace, actor: Actor, neighbours: Neighbours) -> None:
        self.workspace = workspace
        self.actor = actor
        self.neighbours = neighbours
        self._new: dict[UUID, ManyState] = {}
        self._new_columns: set[str] = set(_BORN)
        self._old: dict[UUID, ManyState] = {}
        self._old_columns: set[str] = set(_ALWAYS)
        self._entries: list[dict[str, Any]] = []
        self._heaps = Heaps(workspace)
        self._lifts: list[tuple[set[Key], str]] = []

    def write(
        self,
        state: ManyState,
        change: LeadChange,
        cleaned: Clean,
        *,
        input: dict[str, object] | None = None,
    ) -> Written:
        """Judge a change and put it with the others; what the rules refuse is raised, and leaves no trace."""
        verdict = judge(state, change, cleaned, self.actor)
        before = self._keys_of(state)
        draft = draft_change(
            state, change, cleaned, verdict, self.actor, look=self.neighbours.look, kind=ManyDraft
        )
        telling = tell_of(draft, change, cleaned, verdict)
        if telling is None:
            return Written(created=False, changed=False)
        created = state.is_new
        if input:
            telling = replace(telling, input={**input, **telling.input})
        self._put(draft, state, telling)
        self._move(state, before)
        return Written(created, changed=True, plans=bool(draft.actions or draft.actions_moved))

    def _put(self, draft: Draft, state: ManyState, telling: Telling) -> None:
        lead, created = draft.lead, state.is_new
        settle(draft)
        story = story_of(draft, telling, about=next(iter(draft.actions), None))
        self._entries.append(what_happened(lead, draft.moment, draft.entry_id, story))
        if not self.actor.is_quiet:
            entry = record(lead, self.actor, draft.moment, draft.entry_id, story)
            self._heaps.add_events(draft, entry, created=created)
        if state.is_fresh:
            self._new[lead.pk] = state
            self._new_columns |= draft.columns
        else:
            self._old[lead.pk] = state
            self._old_columns |= draft.columns
        state.is_new = False
        listed = ((self.neighbours.listed(keys), channel) for keys, channel in draft.lifts)
        self._lifts += [(keys, channel) for keys, channel in listed if keys]
        self._heaps.add(draft, state)

    def _keys_of(self, state: ManyState) -> set[Key]:
        if state.is_new or self.neighbours.is_empty:
            return set()
        return keys_of(state.lead, state.contact_points)

    def _move(self, state: ManyState, before: set[Key]) -> None:
        if not self.neighbours.is_empty or self.neighbours.is_out(state.lead):
            after = keys_of(state.lead, state.contact_points)
            self.neighbours.move(state.lead, before - after, after)

    def store(self) -> None:
        """Leads first: what is beside them points at them."""
        late = self._store_new()
        self._heaps.store_steps()
        update_many(Lead, ["disposition_change_id"], late)
        self._store_old()
        self._heaps.store()
        if self._entries:
            names = list(self._entries[0])
            insert_many(Entry, by_whom(self.actor), names, map(itemgetter(*names), self._entries))
        self._heaps.store_what_tells()
        for keys, channel in self._lifts:
            lift(self.workspace, keys, channel)

    def _store_new(self) -> list[tuple[UUID, UUID]]:
        """A lead and its first step point at each other. PostgreSQL looks at the end; SQLite would search
        the whole table for each such row, so there the one side comes in two steps."""
        if not self._new:
            return []
        columns = [vars(state.lead) for state in self._new.values()]
        names = sorted(self._new_columns)
        constants = {name: columns[0][name] for name in _COLUMNS if name not in self._new_columns}
        steps = [(row["disposition_change_id"], row["id"]) for row in columns]
        late = [step for step in steps if step[0]] if connection.vendor == "sqlite" else []
        if late:
            columns = [{**row, "disposition_change_id": None} for row in columns]
        insert_many(Lead, constants, names, map(itemgetter(*names), columns))
        return late

    def _store_old(self) -> None:
        names = sorted(self._old_columns)
        rows = [vars(state.lead) for state in self._old.values()]
        update_many(Lead, names, map(itemgetter(*names, "id"), rows))
