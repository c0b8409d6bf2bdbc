"""Whether a lead may enter a stage: the disposition is known, its reason given, its items completed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.progress import AnswerState, open_codes
from leads.change import DispositionWish
from leads.models import Disposition, Stage
from leads.state import LeadState
from leads.validation.problems import Problems


def judge_disposition(
    state: LeadState,
    wish: DispositionWish,
    answered: Mapping[UUID, AnswerState],
    problems: Problems,
) -> Disposition | None:
    """The disposition that is meant. Its rules bind who asks for it, or all in a strict workspace."""
    wanted = _wanted(state, wish, problems)
    if wanted is None:
        return None
    entering = state.is_new or wanted.pk != state.lead.disposition_id
    if entering and (wish.strict or state.workspace.strict_stages):
        _judge_reason(wanted, wish, problems)
        _judge_items(state, wanted, answered, problems)
    return wanted


def _wanted(state: LeadState, wish: DispositionWish, problems: Problems) -> Disposition | None:
    if wish.outcome:
        found = state.catalogue.by_outcome(wish.outcome)
        if found is None or (found.archived_at and found.pk != state.lead.disposition_id):
            known = [row.outcome for row in state.catalogue.dispositions.values() if not row.archived_at]
            words = _("There is no disposition “%s”.")
            problems.add_unknown("disposition", words, wish.outcome, known)
            return None
        return found
    # A bare word that names the stage the lead is in moves nothing, so a finer disposition survives it.
    current = state.catalogue.dispositions.get(state.lead.disposition_id)
    if current is not None and current.stage == wish.stage and not state.is_new:
        return current
    found = state.catalogue.default_of(wish.stage)
    if found is None:
        problems.add(
            "disposition", "invalid_choice", _("Choose one of the stages."), wish.stage, Stage.values
        )
    return found


def _judge_reason(wanted: Disposition, wish: DispositionWish, problems: Problems) -> None:
    if wanted.needs_reason and not str(wish.reason).strip():
        message = _("“%(label)s” needs a reason; say in a few words why.") % {"label": wanted.label}
        problems.add("disposition.reason", "reason_required", message)


def _judge_items(
    state: LeadState,
    wanted: Disposition,
    answered: Mapping[UUID, AnswerState],
    problems: Problems,
) -> None:
    if not wanted.required_items:
        return
    missing = open_codes(state.definitions, state.progress(answered), wanted.required_items)
    if missing:
        message = _("Complete these checklist items before “%(label)s”: %(items)s.") % {
            "label": wanted.label,
            "items": ", ".join(missing),
        }
        problems.add("disposition", "items_open", message, wanted.outcome, missing)
