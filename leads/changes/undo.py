"""Undo of an entry: a change like any other, that puts back what is still as the entry made it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.clock import now
from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.change import Actor, Outcome, Where
from leads.changes.draft import Draft
from leads.changes.duplicates import MARKED, UNMARKED, mark_not_duplicate, unmark_not_duplicate
from leads.changes.inverse import Inverse, Kept
from leads.changes.ledger import UNDONE
from leads.changes.merged import MERGE_UNDONE, MERGED
from leads.changes.paths import parts_of
from leads.changes.plans import take_back_actions
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import NotFound, Refused
from leads.models import Entry, Lead
from leads.queries.find import find_lead
from leads.state import LeadState

# So long somebody may say that they pressed the wrong key.
SLIP: Final = timedelta(minutes=15)
# A call that was made stays made, whatever else its entry changed.
_DONE: Final = frozenset({"attempts", "last_attempt_at", "first_response_at"})


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """What was put back, and what stays and why. Nothing put back: nothing was written."""

    outcome: Outcome
    undone: tuple[str, ...]
    kept: tuple[Kept, ...]


def undo_entry(
    workspace: Workspace,
    actor: Actor,
    where: Where,
    entry_id: object,
    *,
    dry_run: bool = False,
    slip: bool = False,
) -> UndoOutcome:
    """Take an entry back as far as its values still stand; an undo is an entry and can be undone itself.

    `slip` says that the wrong key was pressed: a call that this person logged a moment ago was never made.
    """

    def write() -> UndoOutcome:
        lead = find_lead(workspace, where, tests=actor.tests, lock=True)
        state = LeadState(workspace, lead)
        entry = _entry_of(state, entry_id)
        _refuse_what_cannot_be_undone(entry)
        if entry.kind in {MARKED, UNMARKED}:
            return _undo_mark(state, actor, entry)
        draft = Draft(state, actor)
        slipped = slip and _is_slip(entry, actor, draft.moment)
        inverse = _inverse(state, actor, entry, slipped=slipped)
        inverse.apply(draft)
        take_back_actions(draft, entry, inverse, slipped=slipped)
        return close(draft, inverse, kind=UNDONE, summary=gettext_noop("Change undone"))

    return transact(write, dry_run=dry_run)


def close(draft: Draft, inverse: Inverse, *, kind: str, summary: str) -> UndoOutcome:
    """Store what was put back, with the list of what was not."""
    undone, kept = tuple(inverse.undone), tuple(inverse.kept)
    lead, state = draft.lead, draft.state
    if not draft.differs:
        return UndoOutcome(Outcome(lead, state, created=False, changed=False), undone, kept)
    if inverse.filled:
        filled = {path: [step.as_json() for step in steps] for path, steps in inverse.filled.items()}
        draft.kept = {"filled": filled}
    if kept:
        draft.kept = {**(draft.kept or {}), "stays": [one.as_json() for one in kept]}
    said: dict[str, object] = {"entry": inverse.entry.pk, "summary": inverse.entry.summary}
    entry = store(draft, kind=kind, summary=summary, input=said, undoes=inverse.entry.pk)
    return UndoOutcome(Outcome(lead, state, created=False, changed=True, entry=entry), undone, kept)


def _entry_of(state: LeadState, entry_id: object) -> Entry:
    key = parse_id(entry_id)
    entry = Entry.objects.filter(workspace=state.workspace, pk=key).first() if key else None
    if entry is not None and str(entry.lead_id) in state.lead.absorbed:
        message = _("This happened to a lead that was merged into this one; undo the merge first.")
        raise Refused("merged_away", message)
    if entry is None or entry.lead_id != state.lead.pk:
        raise NotFound(_("The lead has no entry with this id."))
    return entry


def _refuse_what_cannot_be_undone(entry: Entry) -> None:
    # Only the entry that made a lead tells a disposition that came out of nothing.
    if entry.kind == "created" or entry.changes.get("disposition", [""])[0] is None:
        raise Refused("cannot_undo", _("This entry made the lead; delete or archive the lead instead."))
    if entry.kind == MERGED:
        raise Refused("is_merge", _("This is a merge; undo the merge instead of the entry."))
    if entry.kind == MERGE_UNDONE:
        raise Refused("is_merge", _("A merge was undone here; merge the two leads again instead."))
    if is_undone(entry):
        raise Refused("already_undone", _("This was undone already; look at the newest entries."))


def is_undone(entry: Entry) -> bool:
    """An undo that was itself undone does not count."""
    undos = Entry.objects.filter(workspace=entry.workspace_id, lead=entry.lead_id, undoes=entry)
    return any(not is_undone(undo) for undo in undos)


def just_gave_away(actor: Actor, lead: Lead, entry_ids: Collection[UUID]) -> bool:
    """Whether this person handed the lead over a moment ago, by one of these entries, and it still is where
    they put it: they may have it back, though it is not theirs to work any more."""
    if actor.user_id is None or not entry_ids:
        return False
    rows = Entry.objects.filter(workspace=lead.workspace_id, lead=lead, pk__in=entry_ids)
    found, moment = list(rows.only("user_id", "created_at", "changes")), now()
    gave = [entry.changes.get("assignee", ["", ""])[:2] for entry in found]
    had, has = {None, str(actor.user_id)}, str(lead.assignee_id)
    all_mine = all(_is_of_late(entry, actor, moment) for entry in found)
    return all_mine and any(old in had and new == has for old, new in gave)


def _is_slip(entry: Entry, actor: Actor, moment: datetime) -> bool:
    return entry.kind == "called" and _is_of_late(entry, actor, moment)


def _is_of_late(entry: Entry, actor: Actor, moment: datetime) -> bool:
    mine = actor.user_id is not None and entry.user_id == actor.user_id
    return mine and moment - entry.created_at <= SLIP


def _inverse(state: LeadState, actor: Actor, entry: Entry, *, slipped: bool) -> Inverse:
    # An undo tells of these only where it took back a slip, which then was none.
    done = frozenset() if slipped or entry.kind == UNDONE else _DONE & entry.changes.keys()
    inverse = Inverse(state, actor, entry, but=done)
    for path in sorted(done):
        inverse.keep(path, "was_done", entry.changes[path][1])
    return inverse


def _undo_mark(state: LeadState, actor: Actor, entry: Entry) -> UndoOutcome:
    """That two leads are not the same person concerns both, so it is taken back for both."""
    (path,) = entry.changes
    mark = unmark_not_duplicate if entry.kind == MARKED else mark_not_duplicate
    other = parts_of(path)[1][0]
    changed = mark(state.workspace, actor, state.lead.pk, other)
    outcome = Outcome(state.lead, state, created=False, changed=changed)
    if changed:
        return UndoOutcome(outcome, (path,), ())
    now = None if entry.kind == MARKED else True
    return UndoOutcome(outcome, (), (Kept(path, "already_back", now),))
