"""Many leads in one request: each item a change of its own, or all of them or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leadhub.workspaces.models import Workspace
from leads.api.view import Reply
from leads.change import Actor, ById, Outcome
from leads.changes import apply_change
from leads.errors import Invalid, LeadError, Malformed, Problem
from leads.validation.problems import Problems
from leads.values import clean_boolean
from leads.voices.complaint import Complaint, complaint_of
from leads.voices.hub.errors import PROBLEM_ITEM, show_problem
from leads.voices.hub.kinds import FLAG, ID, TEXT, WHOLE, maybe, one_of, several, thing
from leads.voices.hub.lead import WRITE, etag_of, read_change
from leads.voices.hub.sheet import Sheet, read_list

MOST: Final = 500
_ITEM: Final = {
    **WRITE.schema(),
    "title": "BulkItem",
    "description": "A change like that of one lead; `version` refuses one that has moved on.",
    "required": ["id"],
}
BULK: Final = {
    "title": "BulkChange",
    "type": "object",
    "required": ["items"],
    "properties": {"atomic": FLAG, "items": several(_ITEM, minItems=1, maxItems=MOST)},
    "additionalProperties": False,
    "examples": [{"items": [{"id": "0198f2a4-6b7c-7d10-8e4f-0b6e3f6f2a51", "source": "fair"}]}],
}
_RESULT: Final = thing(
    "BulkResult",
    {
        "index": WHOLE,
        "id": maybe(ID),
        "result": one_of(("changed", "unchanged", "refused")),
        "version": maybe(WHOLE),
        "etag": maybe(TEXT),
        "status": {**WHOLE, "description": "What the change would have been answered by itself."},
        "code": maybe(TEXT),
        "detail": maybe(TEXT),
        "errors": several(PROBLEM_ITEM),
    },
)
BULK_ANSWER: Final = thing(
    "BulkAnswer",
    {"changed": WHOLE, "unchanged": WHOLE, "refused": WHOLE, "results": several(_RESULT)},
)


@dataclass(slots=True)
class _Item:
    index: int
    body: object
    id: UUID | None = None
    outcome: Outcome | None = None
    complaint: Complaint | None = None

    @property
    def word(self) -> str:
        if self.outcome is None:
            return "refused"
        return "changed" if self.outcome.changed else "unchanged"


@dataclass(slots=True)
class _Wanted:
    items: list[_Item] = field(default_factory=list)
    atomic: bool = False


def change_many(workspace: Workspace, actor: Actor, body: dict[str, object]) -> Reply:
    """In the order of the ids, so that two requests about the same leads cannot wait for each other."""
    wanted = _read(body)
    with transaction.atomic():
        for item in sorted(wanted.items, key=lambda item: item.id.int if item.id else 0):
            _change(workspace, actor, item)
        refused = [item for item in wanted.items if item.complaint is not None]
        if refused and wanted.atomic:
            raise Invalid(problem for item in refused for problem in _placed(item))
    by_lead: dict[UUID, list[Problem]] = {}
    for item in refused:
        if item.id is not None:
            by_lead.setdefault(item.id, []).extend(_told(item))
    words = [item.word for item in wanted.items]
    counts = {word: words.count(word) for word in ("changed", "unchanged", "refused")}
    return Reply({**counts, "results": [_show(item) for item in wanted.items]}, by_lead=by_lead)


def _read(body: dict[str, object]) -> _Wanted:
    problems = Problems()
    sheet = Sheet(body, ("items", "atomic"), problems)
    sheet.require("items")
    items = (
        []
        if sheet.sent.get("items") in (None, "")
        else read_list(sheet.sent["items"], "items", problems, MOST)
    )
    atomic = sheet.clean("atomic", clean_boolean, False)
    problems.settle()
    found = [_Item(index, raw) for index, raw in enumerate(items)]
    for item in found:
        item.id = parse_id(item.body.get("id")) if isinstance(item.body, dict) else None
    return _Wanted(found, atomic)


def _change(workspace: Workspace, actor: Actor, item: _Item) -> None:
    try:
        # What one item did before it was refused is taken back without the others.
        with transaction.atomic():
            item.outcome = _apply(workspace, actor, item)
    except (Malformed, Invalid, LeadError) as error:
        item.complaint = complaint_of(error)


def _apply(workspace: Workspace, actor: Actor, item: _Item) -> Outcome:
    if not isinstance(item.body, dict):
        raise Malformed([Problem("", "invalid_type", _("Send an object here."), item.body)])
    if "id" not in item.body:
        raise Malformed([Problem("id", "required", _("Say which lead is meant."))])
    sent = {name: value for name, value in item.body.items() if name != "id"}
    return apply_change(workspace, actor, ById(item.id), lambda state: read_change(sent, state))


def _told(item: _Item) -> list[Problem]:
    """What is wrong with an item; a refusal of the whole change stands at the item itself."""
    complaint = item.complaint
    assert complaint is not None, "only refused items are told"
    return list(complaint.problems) or [Problem("", complaint.code, complaint.message)]


def _placed(item: _Item) -> list[Problem]:
    place = f"items[{item.index}]"
    return [
        Problem(
            f"{place}.{problem.field}" if problem.field else place,
            problem.code,
            problem.message,
            problem.value,
            problem.expected,
        )
        for problem in _told(item)
    ]


def _show(item: _Item) -> dict[str, Any]:
    complaint, outcome = item.complaint, item.outcome
    lead = outcome.lead if outcome else None
    return {
        "index": item.index,
        "id": str(lead.pk) if lead else str(item.id) if item.id else None,
        "result": item.word,
        "version": lead.version if lead else None,
        "etag": etag_of(lead) if lead else None,
        "status": complaint.status if complaint else 200,
        "code": complaint.code if complaint else None,
        "detail": complaint.message if complaint else None,
        "errors": [show_problem(problem) for problem in complaint.problems] if complaint else [],
    }
