"""Whether answers may stand: the item is known, the value fits its type, and what follows for its status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.definitions import ItemDef
from checklists.progress import AnswerState, clean_override
from checklists.rules import check_value
from leadhub.workspaces.clock import now
from leads import values
from leads.change import CLEAR, AnswerChange, AnswerResult
from leads.errors import Problem
from leads.models import AnswerStatus
from leads.state import LeadState
from leads.values import zone_of


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """What an accepted answer sets: any of value, status and override."""

    item: ItemDef
    sets: dict[str, object]


def judge_answers(
    state: LeadState, changes: Iterable[AnswerChange]
) -> tuple[list[AnswerVerdict], list[AnswerResult]]:
    """What is accepted, and what became of each, in order. A bad one does not spoil the others."""
    accepted: list[AnswerVerdict] = []
    results: list[AnswerResult] = []
    for change in changes:
        verdict = _judge(state, change)
        if isinstance(verdict, AnswerVerdict):
            accepted.append(verdict)
        problem = verdict if isinstance(verdict, Problem) else None
        results.append(AnswerResult(change.code, change.fields, problem))
    return accepted, results


def as_answered(state: LeadState, accepted: Iterable[AnswerVerdict]) -> dict[UUID, AnswerState]:
    """The answers as they will be, for the rules of a stage entered by the same change."""
    found: dict[UUID, AnswerState] = {}
    for answer in accepted:
        row = found.get(answer.item.id) or state.answers.get(answer.item.id) or AnswerState()
        found[answer.item.id] = AnswerState(
            answer.sets.get("value", row.value),
            str(answer.sets.get("status", row.status)),
            answer.sets.get("override", row.override),  # type: ignore[arg-type]
        )
    return found


def _judge(state: LeadState, change: AnswerChange) -> AnswerVerdict | Problem:
    path = f"answers.{change.code}"
    item = state.item(change.code)
    if item is None:
        near = get_close_matches(change.code, [known.code for known in state.definitions.items], 1)
        message = _("The checklist has no item with this code.")
        return Problem(path, "unknown_code", message, change.code, near[0] if near else None)
    try:
        return AnswerVerdict(item, _sets(state, item, change))
    except ValidationError as refusal:
        error = refusal.error_list[0]
        value = change.fields.get("value", change.fields.get("status"))
        return Problem(path, error.code or "invalid", error.messages[0], value)


def _sets(state: LeadState, item: ItemDef, change: AnswerChange) -> dict[str, object]:
    """A value without a status completes the item, an empty one reopens it; a status keeps the value."""
    sets: dict[str, object] = {}
    if "override" in change.fields:
        sets["override"] = clean_override(change.fields["override"])
    status = change.fields.get("status")
    if status is not None:
        if status not in AnswerStatus.values:
            words = _("Choose one of TODO, COMPLETED, INVALID, SKIPPED and NEEDS_REVIEW.")
            raise ValidationError(words, "invalid_choice")
        sets["status"] = status
    if "value" in change.fields:
        value = sets["value"] = _value(state, item, change.fields["value"], status)
        sets.setdefault("status", AnswerStatus.TODO if values.is_empty(value) else AnswerStatus.COMPLETED)
    return sets


def _value(state: LeadState, item: ItemDef, raw: object, status: object) -> object:
    if raw is CLEAR or values.is_empty(raw):
        return None
    if status == AnswerStatus.INVALID and not item.is_file:
        # Marked INVALID on purpose, a value need not be valid; it is kept as it came.
        return values.clean_json(raw)
    zone = zone_of(state.workspace.time_zone)
    return check_value(item, raw, region=state.workspace.region, today=now().astimezone(zone).date())
