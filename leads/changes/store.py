"""Writing a draft: only what differs, with its one entry and its events, in the caller's transaction."""

from __future__ import annotations

from uuid import UUID

from leadhub.workspaces.rows import insert_rows, update_row
from leads.change import NewLead, Telling
from leads.changes.answering import settle_counters
from leads.changes.contacts import settle_search_text
from leads.changes.draft import Draft
from leads.changes.events import store_events
from leads.changes.followups import ACTIONS, MOVED, call_off, settle_next_action
from leads.changes.suppression import lift
from leads.changes.tagging import store_tags
from leads.models import Action, Answer, ConsentEvent, ContactPoint, Entry
from leads.timeline import Change, Story, change_of, record

ANSWER_COLUMNS = [
    "value",
    "status",
    "override",
    "problem",
    "actor_kind",
    "actor_name",
    "door",
    "answered_at",
    "updated_at",
]
# Columns that are not told and yet go back when an entry is undone.
_WORKING = (
    "assigned_at",
    "override_by",
    "override_at",
    "archived_by",
    "next_action_at",
    "claimed_by_id",
    "claimed_until",
)


def store(
    draft: Draft,
    *,
    kind: str,
    summary: str,
    input: dict[str, object],
    undoes: UUID | None = None,
    about: Action | None = None,
) -> Entry:
    """The lead's version rises by one, its fields remember this entry, and the entry says what differs.

    `about` is the action that the entry is about, if it made none.
    """
    created = draft.state.is_new
    settle(draft)
    action = next(iter(draft.actions), about)
    told = Telling(summary=summary, kind=kind, input=input)
    entry = record(
        draft.lead, draft.actor, draft.moment, draft.entry_id, story_of(draft, told, undoes, action)
    )
    _store_lead(draft)
    _store_beside(draft)
    _store_actions(draft)
    insert_rows([entry])
    _store_consents(draft, entry)
    for keys, channel in draft.lifts:
        lift(draft.state.workspace, keys, channel)
    store_events(draft, entry, created=created)
    draft.state.is_new = False
    return entry


def story_of(draft: Draft, told: Telling, undoes: UUID | None = None, about: Action | None = None) -> Story:
    return Story(
        kind=told.kind,
        summary=told.summary,
        changes=draft.changes,
        input=told.input,
        note=draft.note,
        kept=_kept(draft),
        undoes=undoes,
        action_id=about.pk if about else None,
    )


def settle(draft: Draft) -> None:
    """What follows from all the rest of the change."""
    lead = draft.lead
    settle_counters(draft)
    settle_search_text(draft)
    call_off(draft)
    if draft.actions or draft.actions_moved or "absorbed" in draft.columns:
        settle_next_action(draft)
    lead.updated_at = draft.moment
    if not draft.state.is_new:
        lead.version += 1
    else:
        born = draft.state.born or NewLead()
        lead.created_at = born.created_at or draft.moment
        lead.updated_at = born.updated_at or draft.moment
    # An action is no field: nobody asks which of its many entries it is as it is from.
    paths = [path for path in draft.changes if not path.startswith(ACTIONS)]
    lead.field_sources = {**lead.field_sources, **dict.fromkeys(paths, str(draft.entry_id))}


def _kept(draft: Draft) -> dict[str, object] | None:
    """What an undo needs beside the changes: the actions put on the lead, and its working columns."""
    if draft.state.is_new:
        return draft.kept
    kept = dict(draft.kept or {})
    if draft.actions:
        kept["actions"] = [str(action.pk) for action in draft.actions]
    if draft.actions_moved:
        stands = {str(key): stands for key, (_action, stands) in draft.actions_moved.items()}
        kept["moved"] = {key: stands for key, stands in stands.items() if stands[0] != stands[1]}
    columns: dict[str, Change] = {
        name: change_of(draft.untold[name], getattr(draft.lead, name))
        for name in _WORKING
        if name in draft.untold
    }
    if columns:
        kept["columns"] = columns
    return kept or None


def _store_lead(draft: Draft) -> None:
    lead, change = draft.lead, draft.disposition_change
    if draft.state.is_new:
        # The lead and its first change of disposition point at each other, so one of them comes in two steps.
        # A promise kept at the end would do, but SQLite then searches the whole table for each such row.
        lead.disposition_change = None
        insert_rows([lead])
        if change is not None:
            insert_rows([change])
            lead.disposition_change = change
            update_row(lead, ["disposition_change_id"])
        return
    if change is not None:
        insert_rows([change])
    update_row(lead, [*draft.columns, "version", "updated_at", "field_sources"])


def _store_beside(draft: Draft) -> None:
    state = draft.state
    for section in draft.beside:
        row = getattr(state, section)
        # Its key is known before it is stored, so without a hint a new row is first looked for.
        row.save(force_insert=row._state.adding)
    if draft.answers:
        Answer.objects.bulk_create(
            draft.answers.values(),
            update_conflicts=True,
            update_fields=ANSWER_COLUMNS,
            unique_fields=["id"],
        )
    if draft.answers_removed:
        gone = [row.pk for row in draft.answers_removed.values()]
        Answer.objects.filter(workspace=state.workspace, pk__in=gone).delete()
    if draft.new_tags or draft.tags_added or draft.tags_removed:
        store_tags(draft)
    for point in draft.contact_points:
        point.save()
    if draft.contact_points_removed:
        removed = [point.pk for point in draft.contact_points_removed]
        ContactPoint.objects.filter(workspace=state.workspace, pk__in=removed).delete()


def _store_actions(draft: Draft) -> None:
    if draft.actions:
        Action.objects.bulk_create(draft.actions)
    if draft.actions_moved:
        Action.objects.bulk_update([action for action, _moved in draft.actions_moved.values()], MOVED)


def _store_consents(draft: Draft, entry: Entry) -> None:
    if draft.consents:
        for consent in draft.consents:
            consent.entry = entry
        ConsentEvent.objects.bulk_create(draft.consents)
