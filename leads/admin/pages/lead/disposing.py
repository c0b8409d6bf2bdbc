"""Where a lead stands, in one gesture wherever it is made: outcome, its reason, a note, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from checklists.progress import open_codes
from leads.admin.desk import Desk
from leads.admin.pages.lead.seen import Since
from leads.admin.pages.work.when import SNOOZES, When, read_when
from leads.change import ById, DispositionWish, LeadChange, Outcome
from leads.changes import apply_change
from leads.changes.actions import plan_action
from leads.changes.transact import transact
from leads.errors import Invalid, Problem
from leads.models import ActionKind, Disposition, Lead
from leads.queries.catalogue import load_catalogue
from leads.state import LeadState
from leads.values import LocalTime


@dataclass(frozen=True, slots=True)
class Choice:
    """A disposition that may be next; `open_items`, as (code, label), must be completed before."""

    row: Disposition
    open_items: tuple[tuple[str, str], ...]
    is_current: bool


def gesture_context(state: LeadState, theirs: LocalTime | None, chosen: str) -> dict[str, Any]:
    """What the fields in `_dispose.html` show beside the lead."""
    return {"options": _choices(state), "follow_ups": SNOOZES, "theirs": theirs, "chosen": chosen}


def _choices(state: LeadState) -> list[Choice]:
    """What the rules of a stage ask for is said before it is tried."""
    definitions, progress, found = state.definitions, state.progress(), []
    for row in load_catalogue(state.workspace).dispositions.values():
        is_current = row.pk == state.lead.disposition_id
        if row.archived_at and not is_current:
            continue
        missing = () if is_current else open_codes(definitions, progress, row.required_items)
        items = [item for code in missing if (item := definitions.item(code))]
        found.append(Choice(row, tuple((item.code, str(item.label)) for item in items), is_current))
    return found


def set_standing(desk: Desk, lead: Lead, form: QueryDict, theirs: LocalTime | None) -> Outcome:
    """Where somebody else set it meanwhile, nothing is written and it is asked which is to stand. Theirs may;
    the note and the next step of this gesture are kept all the same."""
    when, note, left_out = read_when(form, desk, theirs), form.get("note", "").strip(), False
    wish = _wish(form, when, note)

    def read(state: LeadState) -> LeadChange:
        nonlocal left_out
        since = Since.of(state, form)
        left_out = since.overtakes("outcome", "disposition", wish.outcome)
        since.settle()
        return LeadChange(disposition=None if left_out else wish, note=note or None)

    def write() -> Outcome:
        outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), read)
        if left_out and when.at is not None:
            _plan(desk, lead, form, when, note)
        return outcome

    try:
        return transact(write)
    except Invalid as refusal:
        raise _in_words(refusal, LeadState(desk.workspace, lead)) from None


def _is_task(form: QueryDict) -> bool:
    return form.get("kind") == "task"


def _wish(form: QueryDict, when: When, note: str) -> DispositionWish:
    words: dict[str, object] = {"notes": note} if note else {}
    if when.at is not None:
        words["task_due_at" if _is_task(form) else "callback_at"] = when.at
    outcome, reason = form.get("outcome", ""), form.get("reason", "")
    return DispositionWish(outcome=outcome, reason=reason, words=words, strict=True)


def _plan(desk: Desk, lead: Lead, form: QueryDict, when: When, note: str) -> None:
    """As the disposition would have done."""
    kind = ActionKind.TASK if _is_task(form) else ActionKind.CALL
    summary = note[:255].split("\n")[0] if _is_task(form) else ""
    plan_action(
        desk.workspace,
        desk.actor,
        ById(lead.pk),
        kind=kind,
        at=when.at,
        summary=summary or (_("Follow up") if _is_task(form) else _("Call back")),
        zone=when.zone,
    )


def _in_words(refusal: Invalid, state: LeadState) -> Invalid:
    """The items that are still open by the names they have on the page."""
    problems = []
    for problem in refusal.problems:
        if problem.code == "items_open" and isinstance(problem.expected, list):
            items = (state.item(str(code)) for code in problem.expected)
            labels = ", ".join(_("“%s”") % item.label for item in items if item)
            message = _("First complete %(items)s in the checklist.") % {"items": labels}
            problem = Problem(problem.field, problem.code, message, problem.value, problem.expected)
        problems.append(problem)
    return Invalid(problems)
