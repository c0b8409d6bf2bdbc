"""Writing answers, and keeping the counters that follow from them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from checklists.definitions import ItemDef, load_definitions
from checklists.models import Item
from checklists.progress import Progress
from leads.changes.draft import Draft
from leads.models import Answer
from leads.models.answer import AnswerStatus, answer_id
from leads.state import LeadState
from leads.timeline import MISSING, escape, plain
from leads.validation.answers import AnswerVerdict

_FACT_COLUMNS = frozenset({"disposition_id", "source", "assignee_type", "value"})


def set_answers(draft: Draft, accepted: Iterable[AnswerVerdict]) -> None:
    for verdict in accepted:
        put_answer(draft, verdict)


def put_answer(draft: Draft, verdict: AnswerVerdict, *, touches: bool = False) -> None:
    """An untouched item stays untouched by nothing, unless the row is put back that had been opened again."""
    item = verdict.item
    stored = draft.answers.get(item.id) or draft.state.answers.get(item.id)
    row = stored or Answer(
        id=answer_id(draft.lead.pk, item.id),
        workspace=draft.state.workspace,
        lead=draft.lead,
        item_id=item.id,
        created_at=draft.moment,
    )
    before = words(row) if stored else MISSING
    for name, value in verdict.sets.items():
        setattr(row, name, value)
    if before is not MISSING and plain(before) == plain(words(row)):
        return
    if before is MISSING and words(row) == words(Answer()) and not touches:
        return
    row.problem = ""
    row.actor_kind, row.actor_name, row.door = draft.actor.kind, draft.actor.name[:200], draft.actor.door
    row.updated_at = draft.moment
    if row.status != AnswerStatus.TODO:
        row.answered_at = draft.moment
    draft.answers[item.id] = row
    draft.state.answers[item.id] = row
    draft.answers_removed.pop(item.id, None)
    draft.tell(f"/answers/{escape(item.code)}", before, words(row))


def remove_answer(draft: Draft, item: ItemDef) -> None:
    """Make an item untouched again."""
    row = draft.state.answers.pop(item.id, None)
    draft.answers.pop(item.id, None)
    if row is not None:
        draft.answers_removed[item.id] = row
        draft.tell(f"/answers/{escape(item.code)}", words(row), MISSING)


def find_item(state: LeadState, code: str) -> ItemDef | None:
    """The item of that code, one that was archived since included: its answer stays."""
    item = state.item(code)
    if item is not None:
        return item
    mine = Q(only_for=None) | Q(only_for=state.lead.pk)
    row = Item.objects.filter(mine, workspace=state.workspace, code__iexact=code).first()
    if row is None:
        return None
    # Where it stood plays no part any more.
    return ItemDef(id=row.pk, group_id=row.pk, code=row.code, label=row.label, field_type=row.field_type)


def words(row: Answer) -> dict[str, object]:
    found: dict[str, object] = {"value": row.value, "status": str(row.status)}
    return {**found, "override": row.override} if row.override else found


def settle_counters(draft: Draft) -> None:
    """Recount when answers changed, or facts that conditions look at."""
    state = draft.state
    facts_moved = bool(draft.columns & _FACT_COLUMNS) or "address" in draft.beside
    answered = bool(draft.answers or draft.answers_removed or draft.recounts)
    if state.is_new or answered or (facts_moved and load_definitions(state.workspace).facts):
        recount(draft)


def recount(draft: Draft) -> None:
    progress = draft.state.progress()
    draft.set_column("checklist_required", progress.required)
    draft.set_column("checklist_done", progress.done)
    draft.set_column("checklist_in_review", progress.in_review)
    draft.set_column("checklist_groups", progress.groups_as_json())
    draft.set_column("checklist_revision", progress.revision)
    if is_complete(progress) and draft.lead.completed_at is None:
        draft.set_column("completed_at", draft.moment)
        draft.events.append("lead.completed")


def is_complete(progress: Progress) -> bool:
    return progress.required > 0 and progress.done + progress.in_review >= progress.required
