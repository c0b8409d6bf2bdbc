"""Answers in place, each saved by itself; what else may be done with an item; items of one lead alone."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from checklists.definitions import ItemDef
from checklists.rules import FieldType
from checklists.specs import ItemSpec
from leadhub.workspaces.ids import parse_id
from leads.admin.desk import Desk
from leads.admin.pages.lead.asked import Nothing, Row, row_of, same_answer, typed_value, value_of
from leads.admin.pages.lead.opening import open_full, open_lead
from leads.admin.pages.lead.papers import PapersMoved
from leads.admin.pages.lead.seen import Since
from leads.admin.pages.lead.sight import Sight
from leads.admin.pages.lead.steps import Done, Refusal, context_of, finish, lost, refuse, sheet
from leads.admin.pages.render import fragment, is_partial
from leads.change import CLEAR, AnswerChange, ById, LeadChange, Outcome, Read, Telling
from leads.changes import apply_change
from leads.changes.one_offs import add_one_off_item, archive_one_off_item
from leads.errors import Invalid, LeadError
from leads.models import AnswerStatus, Lead
from leads.queries.full import FullLead
from leads.state import LeadState
from leads.timeline import escape
from leads.values import is_empty

_ANSWERED: Final = Telling(gettext_noop("Checklist answered"), "answered")
# What a click may make of an item; a value is what completes it otherwise.
_STATUSES: Final = frozenset({"COMPLETED", "SKIPPED", "NEEDS_REVIEW", "TODO", "INVALID"})


def answer(request: HttpRequest, desk: Desk, lead_id: UUID) -> HttpResponse:
    """One item when its value changes, or all that the form holds."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    try:
        lead = open_lead(desk, lead_id, to_edit=True)
    except (PermissionDenied, Http404) as error:
        return lost(request, desk, lead_id, error)
    only = request.POST.get("only", "")
    before = Sight(desk, open_full(desk, lead.pk)) if is_partial(request) and only else None
    try:
        read = _read_answers(request.POST, only)
        outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), read)
    except (Invalid, LeadError) as error:
        refusal = Refusal.of("answer", error, request.POST)
        if before is not None:
            return _refuse_row(request, before, only, refusal)
        return refuse(request, desk, lead.pk, "checklist", refusal)
    if before is not None:
        return _show_row(request, desk, before, outcome, only)
    text = _("Checklist saved.") if outcome.changed else _("Nothing changed.")
    return finish(request, desk, lead.pk, ("checklist",), Done(text, outcome.entry))


def _read_answers(form: QueryDict, only: str) -> Read:
    def read(state: LeadState) -> LeadChange:
        since = Since.of(state, form, "seen" if only else "version")
        if only:
            # Whoever types on beside the question has read both values.
            since.asked = {}
        changes = [
            change
            for item in state.definitions.items
            if (not only or item.code == only)
            and not item.is_file
            and (change := _read_answer(since, item, form)) is not None
        ]
        since.settle()
        return LeadChange(answers=tuple(changes), telling=_ANSWERED)

    return read


def _read_answer(since: Since, item: ItemDef, form: QueryDict) -> AnswerChange | None:
    typed = typed_value(item, form)
    path = f"/answers/{escape(item.code)}"
    if isinstance(typed, Nothing) or same_answer(item, typed, value_of(since.before(path))):
        return None
    mine = None if is_empty(typed) else typed
    if since.overtakes(item.code, path, mine, lambda theirs: _alike(item, value_of(theirs), mine)):
        return None
    return AnswerChange(item.code, {"value": CLEAR if mine is None else mine})


def _alike(item: ItemDef, theirs: object, mine: object) -> object:
    """Theirs as it would have been typed, so that the same answer by two people is no conflict."""
    return mine if same_answer(item, mine, theirs) else theirs


def _show_row(request: HttpRequest, desk: Desk, before: Sight, outcome: Outcome, only: str) -> HttpResponse:
    """The row that was saved, those that it made appear or vanish, and how far the checklist is."""
    after = Sight(desk, open_full(desk, outcome.lead.pk))
    row = _rows(after).get(only)
    if row is None:
        raise Http404
    moved = [one for one in rows_moved(before, after, only) if one is not row]
    row.oob = False
    papers = papers_moved(before, after, moved)
    context = {**context_of(after), "row": row, "moved": moved, "papers_moved": papers}
    response = fragment(request, "leads/lead/_answered.html", context)
    if outcome.changed:
        response["HX-Trigger"] = "lead-changed"
    return response


def rows_moved(before: Sight, after: Sight, code: str) -> list[Row]:
    """The row of that item, and those that it made appear, vanish or look different."""
    old = _rows(before)
    rows = [row for one, row in _rows(after).items() if one == code or _look(row) != _look(old.get(one))]
    for row in rows:
        row.oob = True
    return rows


def papers_moved(before: Sight, after: Sight, moved: list[Row], but: str = "") -> PapersMoved:
    """Of the items that moved, those that ask for documents; but for the one whose place is drawn anyway."""
    wanted = {row.item.id for row in moved if row.item.is_file and row.item.code != but}
    if not wanted:
        return PapersMoved()
    old = wanted & {paper.state.item.id for paper in before.papers.items}
    new = {paper.state.item.id: paper for paper in after.papers.items if paper.state.item.id in wanted}
    return PapersMoved(
        fresh=[paper for key, paper in new.items() if key not in old],
        changed=[paper for key, paper in new.items() if key in old],
        gone=sorted(old - new.keys()),
    )


def _rows(sight: Sight) -> dict[str, Row]:
    return {row.item.code: row for group in sight.groups for row in group.rows}


def _look(row: Row | None) -> object:
    return None if row is None else (row.state.applies, row.state.required, row.hidden, row.state.label)


def _refuse_row(request: HttpRequest, sight: Sight, only: str, refusal: Refusal) -> HttpResponse:
    sight = Sight(sight.desk, open_full(sight.desk, sight.lead.pk))
    for group in sight.groups:
        for row in group.rows:
            if row.item.code == only:
                since = Since.of(sight.state, refusal.typed, "seen")
                row.refuse(refusal.typed, refusal.by_field, refusal.clashes, since)
                context = {**context_of(sight, refusal), "row": row}
                return fragment(request, "leads/lead/_item.html", context, refusal.status)
    raise Http404


# What else may be done with an item


def _find(full: FullLead, code: str) -> ItemDef:
    item = full.definitions.item(code)
    if item is None:
        raise Http404
    return item


def _item_context(
    desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict, code: str
) -> dict[str, Any]:
    full = sight.full
    item = _find(full, code)
    documents = [document for document in full.documents if document.item_id == item.id]
    row = row_of(item, full.definitions, sight.progress, full.answers, sight.version, documents)
    return {"title": row.state.label, "row": row, "path": f"/answers/{escape(item.code)}"}


@sheet("leads/sheets/_item.html", "", "checklist", "paper_states", context=_item_context)
def item(desk: Desk, lead: Lead, form: QueryDict, code: str) -> Done:
    """Its status, and what this lead's checklist says differently."""
    fields: dict[str, object] = {}
    if form.get("status") in _STATUSES:
        fields["status"] = form["status"]
    if "label" in form:
        required = {"yes": True, "no": False}.get(form.get("is_required", ""))
        label = form.get("label", "").strip() or None
        override = {"label": label, "is_required": required}
        fields["override"] = {key: value for key, value in override.items() if value is not None} or None
    change = LeadChange(answers=(AnswerChange(code, fields),), telling=_ANSWERED)
    outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), change)
    return Done(_("Saved.") if outcome.changed else _("Nothing changed."), outcome.entry)


def _add_context(desk: Desk, sight: Sight, refusal: Refusal | None, query: QueryDict) -> dict[str, Any]:
    return {"types": FieldType.choices, "definitions": sight.full.definitions}


@sheet(
    "leads/sheets/_item_add.html",
    gettext_lazy("Add an item for this lead"),
    "checklist",
    context=_add_context,
)
def item_add(desk: Desk, lead: Lead, form: QueryDict) -> Done:
    options = [line.strip() for line in form.get("options", "").splitlines() if line.strip()]
    rules: dict[str, Any] = {"options": options} if form.get("field_type") == FieldType.SELECT else {}
    wanted = ItemSpec(
        code="",
        label=form.get("label", ""),
        field_type=form.get("field_type", ""),
        is_required=form.get("is_required") == "yes",
        rules=rules,
        help_text=form.get("help_text", ""),
    )
    group_id = parse_id(form.get("group", ""))
    row = add_one_off_item(desk.workspace, desk.actor, ById(lead.pk), wanted, group_id=group_id)
    return Done(_("“%s” added to this lead’s checklist.") % row.label)


@sheet("leads/sheets/_item.html", "", "checklist", context=_item_context)
def item_remove(desk: Desk, lead: Lead, form: QueryDict, code: str) -> Done:
    """An item of this lead alone; its answer stays on record."""
    found = LeadState(desk.workspace, lead).item(code)
    if found is None:
        raise Http404
    row = archive_one_off_item(desk.workspace, desk.actor, ById(lead.pk), found.id)
    return Done(_("“%s” taken out of this lead’s checklist.") % row.label)


def accept(request: HttpRequest, desk: Desk, lead_id: UUID, code: str) -> HttpResponse:
    """What waits for review is found good."""
    if request.method != "POST":
        return redirect("admin:lead", lead_id=lead_id)
    lead = open_lead(desk, lead_id, to_edit=True)
    change = LeadChange(answers=(AnswerChange(code, {"status": AnswerStatus.COMPLETED}),), telling=_ANSWERED)
    try:
        outcome = apply_change(desk.workspace, desk.actor, ById(lead.pk), change)
    except (Invalid, LeadError) as error:
        return refuse(request, desk, lead.pk, "checklist", Refusal.of("answer", error, request.POST))
    return finish(request, desk, lead.pk, ("checklist", "paper_states"), Done(_("Accepted."), outcome.entry))
