"""`judge`: the rules that need the stored lead, the workspace's catalogue, or the checklist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from checklists.definitions import ItemDef
from checklists.progress import AnswerState, clean_override
from checklists.rules import check_value
from leadhub.workspaces.models import Membership
from leads import values
from leads.change import CLEAR, Actor, AnswerChange, AnswerResult, Clear, LeadChange
from leads.errors import Forbidden, Problem, Stale
from leads.models import AnswerStatus, Disposition
from leads.models.lead import Lead
from leads.state import LeadState
from leads.validation.clean import Clean
from leads.validation.problems import Problems
from leads.validation.stages import judge_disposition
from leads.validation.tags import TagVerdict, judge_tags


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """What an accepted answer sets: any of value, status and override."""

    item: ItemDef
    sets: dict[str, object]


@dataclass(slots=True)
class Verdict:
    """What the change comes to, once every name in it is resolved within the workspace."""

    metadata: dict[str, object] | None = None
    disposition: Disposition | None = None
    tags: TagVerdict | None = None
    answers: list[AnswerVerdict] = field(default_factory=list)
    results: list[AnswerResult] = field(default_factory=list)


def judge(state: LeadState, change: LeadChange, cleaned: Clean, actor: Actor) -> Verdict:
    _judge_version(state.lead, change)
    _judge_override(state.lead, change, cleaned, actor)
    problems = Problems()
    verdict = Verdict()
    verdict.metadata = _judge_metadata(state.lead, cleaned.metadata, problems)
    for answer in change.answers:
        _judge_answer(state, answer, verdict)
    if change.strict_answers:
        problems.found += [result.problem for result in verdict.results if result.problem]
    if change.disposition is not None:
        verdict.disposition = judge_disposition(
            state, change.disposition, _answered(state, verdict), problems
        )
    if change.tags is not None:
        verdict.tags = judge_tags(state, change.tags, problems)
    _judge_assignee(state, cleaned.columns.get("assignee_id"), problems)
    _judge_call(state, change, problems)
    problems.settle()
    return verdict


def _judge_version(lead: Lead, change: LeadChange) -> None:
    seen = change.seen_version
    if seen is not None and seen != lead.version:
        raise Stale(
            _("The lead was changed meanwhile; look at it again, then repeat what still holds."),
            seen,
            lead.version,
        )


def _judge_override(lead: Lead, change: LeadChange, cleaned: Clean, actor: Actor) -> None:
    if change.override is None or actor.may_override:
        return
    stored = None if lead.override_enabled is None else (lead.override_enabled, lead.override_reason)
    if cleaned.override != stored:
        raise Forbidden(_("Only an administrator may override whether a lead is enabled."), "override")


def _judge_metadata(
    lead: Lead, patch: Mapping[str, object] | Clear | None, problems: Problems
) -> dict[str, object] | None:
    if patch is None:
        return None
    if isinstance(patch, Clear):
        return {}
    merged = values.merge_patch(lead.metadata, dict(patch))
    problems.attempt("metadata", None, lambda: values.check_metadata_size(merged))
    return merged


def _judge_answer(state: LeadState, answer: AnswerChange, verdict: Verdict) -> None:
    field_path = f"answers.{answer.code}"
    item = state.item(answer.code)
    problem: Problem | None = None
    sets: dict[str, object] = {}
    if item is None:
        near = get_close_matches(answer.code, [known.code for known in state.definitions.items], 1)
        message = _("The checklist has no item with this code.")
        problem = Problem(field_path, "unknown_code", message, answer.code, near[0] if near else None)
    else:
        try:
            sets = _answer_sets(state, item, answer)
        except ValidationError as refusal:
            error = refusal.error_list[0]
            value = answer.fields.get("value", answer.fields.get("status"))
            problem = Problem(field_path, error.code or "invalid", error.messages[0], value)
    if item is not None and problem is None:
        verdict.answers.append(AnswerVerdict(item, sets))
    verdict.results.append(AnswerResult(answer.code, answer.fields, problem))


def _answer_sets(state: LeadState, item: ItemDef, answer: AnswerChange) -> dict[str, object]:
    """A value without a status completes the item, an empty one reopens it; a status keeps the value."""
    sets: dict[str, object] = {}
    if "override" in answer.fields:
        sets["override"] = clean_override(answer.fields["override"])
    status = answer.fields.get("status")
    if status is not None and status not in AnswerStatus.values:
        raise ValidationError(
            _("Choose one of TODO, COMPLETED, INVALID, SKIPPED and NEEDS_REVIEW."), "invalid_choice"
        )
    if status is not None:
        sets["status"] = status
    if "value" in answer.fields:
        raw = answer.fields["value"]
        empty = raw is CLEAR or values.is_empty(raw)
        if not empty and item.is_file:
            raise ValidationError(
                _("This item is completed by uploading a document, not by a value."), "needs_document"
            )
        # Marked INVALID on purpose, a value need not be valid; it is kept as it came.
        junk = status == AnswerStatus.INVALID
        sets["value"] = (
            None
            if empty
            else values.clean_json(raw)
            if junk
            else check_value(item, raw, region=state.workspace.region)
        )
        sets.setdefault("status", AnswerStatus.TODO if empty else AnswerStatus.COMPLETED)
    return sets


def _answered(state: LeadState, verdict: Verdict) -> dict[UUID, AnswerState]:
    """The answers as they will be, for the rules of a stage entered by the same change."""
    found: dict[UUID, AnswerState] = {}
    for answer in verdict.answers:
        row = found.get(answer.item.id) or state.answers.get(answer.item.id) or AnswerState()
        found[answer.item.id] = AnswerState(
            answer.sets.get("value", row.value),
            str(answer.sets.get("status", row.status)),
            answer.sets.get("override", row.override),  # type: ignore[arg-type]
        )
    return found


def _judge_assignee(state: LeadState, assignee: object, problems: Problems) -> None:
    if not isinstance(assignee, UUID) or assignee == state.lead.assignee_id:
        return
    members = Membership.objects.filter(workspace=state.workspace, user=assignee, left_at=None)
    if not members.filter(user__is_active=True).exists():
        problems.add("assignee", "not_found", _("Nobody in this workspace has this id."), str(assignee))


def _judge_call(state: LeadState, change: LeadChange, problems: Problems) -> None:
    call = change.call
    if call is None:
        return
    outcome = state.catalogue.call_outcomes.get(call.outcome) if isinstance(call.outcome, str) else None
    if outcome is None or outcome.archived_at:
        known = [slug for slug, row in state.catalogue.call_outcomes.items() if not row.archived_at]
        problems.add(
            "call.outcome", "unknown_code", _("Choose one of the call outcomes."), call.outcome, known
        )
    lead = state.lead
    if (lead.opted_out_at or lead.call_opted_out_at) and not call.reason.strip():
        message = _("This person opted out of calls; say why the call was made.")
        problems.add("call.reason", "opted_out", message)
