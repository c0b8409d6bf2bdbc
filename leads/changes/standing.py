"""Where a lead stands: entering a disposition, and what follows from its stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from leads.changes.draft import Draft
from leads.models import Disposition, DispositionChange, Stage

# What was said with a step, as opposed to who took it and when.
_SAID = (
    "kind outcome category reason notes automation_id follow_up_status callback_at task_due_at"
    " appointment_start_at appointment_end_at appointment_notes assigned_to related_call"
    " is_missed_call_follow_up source_ref"
).split()
_CHANGE_SOURCES = {"user": "User", "key": "API", "import": "System", "system": "System"}


def set_disposition(draft: Draft, wanted: Disposition, words: Mapping[str, Any]) -> None:
    """Naming the disposition a lead has already moves nothing, unless something is said about it."""
    lead = draft.lead
    same = wanted.pk == lead.disposition_id
    if same and (draft.state.is_new or not any(words.values())):
        return
    previous = None if draft.state.is_new else lead.disposition_change
    old = draft.state.catalogue.dispositions.get(lead.disposition_id)
    row = DispositionChange(
        workspace=draft.state.workspace,
        lead=lead,
        disposition=wanted,
        previous=previous,
        previous_outcome=_outcome_of(draft, previous, old),
        previous_kind=previous.kind if previous else "",
        changed_by=draft.actor.ref,
        changed_by_name=draft.actor.name[:200],
        created_at=draft.moment,
        **{
            "outcome": wanted.outcome,
            "change_source": _CHANGE_SOURCES[draft.actor.kind],
            "changed_at": draft.moment,
            **{name: value for name, value in words.items() if value is not None},
        },
    )
    draft.disposition_change = row
    lead.disposition_change = row
    draft.columns.add("disposition_change_id")
    if not same:
        draft.set_disposition(wanted)
    draft.tell("/disposition/change", str(previous.pk) if previous else None, str(row.pk))
    if wanted.stage == Stage.QUALIFIED and lead.qualified_at is None:
        draft.set_column("qualified_at", draft.moment)
    draft.events.append("lead.disposition_changed")


def _outcome_of(draft: Draft, previous: DispositionChange | None, old: Disposition | None) -> str:
    """What the step before said, in its own words; a lead that took none stands where leads begin."""
    if previous is not None:
        return previous.outcome
    return "" if draft.state.is_new or old is None else old.outcome


def step_back(draft: Draft, wanted: Disposition, change_id: UUID | None) -> None:
    """Stand again where an earlier step had led. It is a new step, and says what was said with that one."""
    rows = DispositionChange.objects.filter(workspace=draft.state.workspace)
    earlier = rows.filter(pk=change_id).first() if change_id else None
    said = {name: getattr(earlier, name) for name in _SAID} if earlier else {}
    set_disposition(draft, wanted, {**said, "changed_at": draft.moment})
