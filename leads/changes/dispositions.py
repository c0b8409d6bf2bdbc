"""Telling a step of a lead's history anew, or taking it out; where the lead stands now follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.models import Workspace
from leads.change import Actor, ById, LeadChange, Outcome
from leads.changes.columns import settle_loss_reason
from leads.changes.draft import Draft
from leads.changes.store import store
from leads.changes.transact import transact
from leads.errors import NotFound
from leads.models import Disposition, DispositionChange, Stage
from leads.queries.dispositions import find_disposition_change
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.timeline import MISSING
from leads.validation import clean
from leads.validation.problems import Problems
from leads.validation.stages import judge_disposition

# What a reader of a step is given: the step as it stands under the lock, and its lead.
ReadEdit = Callable[[DispositionChange, LeadState], LeadChange]

_TOLD: Final = tuple(
    field.attname
    for field in DispositionChange._meta.concrete_fields
    if field.name not in {"id", "workspace", "lead", "created_at", "updated_at"}
)


def edit_disposition(
    workspace: Workspace, actor: Actor, change_id: object, read: ReadEdit
) -> tuple[DispositionChange, Outcome]:
    """Set what a step says. If it is the current one, the lead stands where it now leads."""

    def write() -> tuple[DispositionChange, Outcome]:
        state, row = _open(workspace, actor, change_id)
        change = read(row, state)
        words = clean(change, workspace).disposition
        draft = Draft(state, actor)
        wanted = _judge(state, row, change)
        _set(draft, row, {**words, "disposition_id": wanted.pk})
        if not draft.differs:
            return row, Outcome(state.lead, state, created=False, changed=False)
        row.updated_at = draft.moment
        row.save()
        _retell(row, row, row.outcome, row.kind)
        if row.pk == state.lead.disposition_change_id:
            _stand(draft, row, wanted)
        entry = store(draft, kind="disposed", summary=gettext_noop("Disposition edited"), input={})
        return row, Outcome(state.lead, state, created=False, changed=True, entry=entry)

    return transact(write)


def delete_disposition(workspace: Workspace, actor: Actor, change_id: object) -> Outcome:
    """Take a step out. Its neighbours meet; a lead that stood on it stands on the one before, or is new."""

    def write() -> Outcome:
        state, row = _open(workspace, actor, change_id)
        draft, lead = Draft(state, actor), state.lead
        draft.tell(f"/dispositions/{row.pk}", {name: getattr(row, name) for name in _TOLD}, MISSING)
        _retell(row, row.previous, row.previous_outcome, row.previous_kind)
        if row.pk == lead.disposition_change_id:
            draft.tell("/disposition/change", row.pk, row.previous_id)
            first = state.catalogue.default_of(Stage.NEW)
            assert first is not None, "every workspace has a default disposition for new leads"
            _stand(draft, row.previous, row.previous.disposition if row.previous else first)
            if lead.qualified_at == row.created_at:
                draft.set_column("qualified_at", None)
        entry = store(draft, kind="disposed", summary=gettext_noop("Disposition deleted"), input={})
        # The lead and the next step were turned away from it above; looking for others who point at it
        # would read every lead.
        steps = DispositionChange.objects.filter(workspace=workspace, pk=row.pk)
        steps._raw_delete(steps.db)
        return Outcome(lead, state, created=False, changed=True, entry=entry)

    return transact(write)


def _open(workspace: Workspace, actor: Actor, change_id: object) -> tuple[LeadState, DispositionChange]:
    """The lead is locked first, as by every other writer, and the step is read again behind the lock.

    The history of a merged lead stays as it is, so that the merge can be undone.
    """
    found = find_disposition_change(workspace, change_id, tests=actor.tests)
    lead = find_lead(workspace, ById(found.lead_id, follows=False), tests=actor.tests, lock=True)
    rows = DispositionChange.objects.select_related("disposition", "previous__disposition")
    row = rows.filter(workspace=workspace, pk=found.pk).first()
    if row is None:
        raise NotFound(_("This disposition was deleted a moment ago."))
    return LeadState(workspace, lead), row


def _judge(state: LeadState, row: DispositionChange, change: LeadChange) -> Disposition:
    """The rules of a stage bind the step a lead stands on; the past is told without them."""
    wish = change.disposition
    assert wish is not None, "an edit says which disposition it leads to"
    if row.pk == state.lead.disposition_change_id:
        problems = Problems()
        wanted = judge_disposition(state, wish, {}, problems)
        problems.settle()
    elif wish.outcome:
        wanted = state.catalogue.by_outcome(wish.outcome)
    else:
        stays = row.disposition.stage == wish.stage
        wanted = row.disposition if stays else state.catalogue.default_of(wish.stage)
    assert wanted is not None, "the rules refused an unknown one"
    return wanted


def _set(draft: Draft, row: DispositionChange, words: Mapping[str, object]) -> None:
    for name, value in words.items():
        old = getattr(row, name)
        if old != value:
            setattr(row, name, value)
            draft.tell(f"/dispositions/{row.pk}/{name}", old, value)


def _retell(row: DispositionChange, previous: DispositionChange | None, outcome: str, kind: str) -> None:
    """The steps that followed this one say what they followed."""
    following = DispositionChange.objects.filter(workspace=row.workspace_id, lead=row.lead_id, previous=row)
    following.update(previous=previous, previous_outcome=outcome, previous_kind=kind)


def _stand(draft: Draft, row: DispositionChange | None, wanted: Disposition) -> None:
    lead = draft.lead
    if lead.disposition_change_id != (row.pk if row else None):
        draft.columns.add("disposition_change_id")
    lead.disposition_change = row
    if wanted.pk != lead.disposition_id:
        draft.set_disposition(wanted)
        settle_loss_reason(draft, {}, draft.state.stage)
        if wanted.stage == Stage.QUALIFIED and lead.qualified_at is None:
            draft.set_column("qualified_at", draft.moment)
    draft.events.append("lead.disposition_changed")
