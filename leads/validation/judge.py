"""`judge`: the rules that need the stored lead, the workspace's catalogue, or the checklist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leads import values
from leads.change import Actor, ActorKind, AnswerResult, Clear, LeadChange
from leads.errors import Forbidden, Invalid, LeadError, Problem, Stale
from leads.models import Disposition
from leads.models.lead import Lead
from leads.state import LeadState
from leads.validation.answers import AnswerVerdict, as_answered, judge_answers
from leads.validation.clean import Clean
from leads.validation.problems import Problems
from leads.validation.stages import judge_disposition
from leads.validation.tags import TagVerdict, judge_tags

_CLOCKS_DIFFER: Final = timedelta(minutes=5)
# What is agreed together with a disposition.
_AGREED: Final = ("callback_at", "task_due_at")


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
    verdict.answers, verdict.results = judge_answers(state, change.answers)
    if change.strict_answers:
        problems.found += [result.problem for result in verdict.results if result.problem]
    if change.disposition is not None:
        verdict.disposition = judge_disposition(
            state, change.disposition, as_answered(state, verdict.answers), problems
        )
    if change.tags is not None:
        verdict.tags = judge_tags(state, change.tags, problems)
    _judge_assignee(state, cleaned.columns.get("assignee_id"), problems)
    _judge_call(state, change, problems)
    _judge_plans(state.lead, change, cleaned, actor, problems)
    problems.settle()
    return verdict


def judge_all(
    state: LeadState, change: LeadChange, cleaned: Clean, refused: tuple[Problem, ...], actor: Actor
) -> Verdict:
    """`judge`; where some of the values were refused already, what is wrong with the others stands beside."""
    try:
        verdict = judge(state, change, cleaned, actor)
    except Invalid as more:
        raise Invalid(told_together(refused, more.problems)) from None
    except LeadError:
        if not refused:
            raise
    if refused:
        raise Invalid(refused)
    return verdict


def told_together(refused: Iterable[Problem], more: Iterable[Problem]) -> tuple[Problem, ...]:
    """A field is refused once, and an item whose answer was refused is not said to be open."""
    first = tuple(refused)
    fields = {problem.field for problem in first}
    is_guess = any(name.partition(".")[0] == "answers" for name in fields)
    rest = [one for one in more if one.field not in fields and not (is_guess and one.code == "items_open")]
    return (*first, *rest)


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


def _judge_assignee(state: LeadState, assignee: object, problems: Problems) -> None:
    if not isinstance(assignee, UUID) or assignee == state.lead.assignee_id:
        return
    if not state.is_member(assignee):
        problems.add("assignee", "not_found", _("Nobody in this workspace has this id."), str(assignee))


def refuse_future(field: str, moment: datetime | None, problems: Problems) -> None:
    """For when something happened. Another's clock may be a little ahead of ours."""
    if moment is not None and moment > now() + _CLOCKS_DIFFER:
        problems.add(field, "not_past", _("This has happened, so its time is not in the future."), moment)


def refuse_past(field: str, moment: datetime | None, actor: Actor, problems: Problems) -> None:
    """For when something is to be done. A member at the desk means a time to come; machines and files may
    tell of what was planned long ago."""
    if moment is not None and actor.kind == ActorKind.USER and moment <= now():
        problems.add(field, "in_the_past", _("This time is over; choose one to come."), moment)


def _judge_plans(lead: Lead, change: LeadChange, cleaned: Clean, actor: Actor, problems: Problems) -> None:
    planned = {f"disposition.{name}": cleaned.disposition.get(name) for name in _AGREED}
    planned["call.next_at"] = change.call.next_at if change.call else None
    if cleaned.columns.get("next_action_at") != lead.next_action_at:
        planned["next_action_at"] = cleaned.columns.get("next_action_at")
    for name, moment in planned.items():
        if isinstance(moment, datetime):
            refuse_past(name, moment, actor, problems)


def _judge_call(state: LeadState, change: LeadChange, problems: Problems) -> None:
    call = change.call
    if call is None:
        return
    outcome = state.catalogue.call_outcomes.get(call.outcome) if isinstance(call.outcome, str) else None
    if outcome is None or outcome.archived_at:
        known = [slug for slug, row in state.catalogue.call_outcomes.items() if not row.archived_at]
        problems.add_unknown("call.outcome", _("There is no call outcome “%s”."), call.outcome, known)
    refuse_future("call.at", call.at, problems)
    lead = state.lead
    if (lead.opted_out_at or lead.call_opted_out_at) and not call.reason.strip():
        message = _("This person opted out of calls; say why the call was made.")
        problems.add("call.reason", "opted_out", message)
