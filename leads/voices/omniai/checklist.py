"""The checklist: a flat list of codes on the way in, groups of items on the way out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from checklists.definitions import Definitions, GroupDef, ItemDef
from leads.change import AnswerChange, AnswerResult
from leads.errors import Problem
from leads.models import Answer, AnswerStatus, Document
from leads.models.answer import answer_id
from leads.state import LeadState
from leads.voices.omniai.documents import Link, by_item, show_item_document
from leads.voices.shape import ABSENT, same

# A checklist has at most 500 items and a lead 100 of its own; more entries can only be a mistake.
MOST_ENTRIES: Final = 600
_KEPT_OF_REFUSED: Final = 200
_STATUSES: Final = tuple(AnswerStatus.values)
_ENTRY: Final = ("code", "value", "status")

ITEMS_SCHEMA: Final[Mapping[str, Any]] = {
    "items": {
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "value": {"description": "Of the type that the item asks for; null empties it."},
            "status": {"type": ["string", "null"], "enum": [*_STATUSES, None]},
        },
    },
    "maxItems": MOST_ENTRIES,
    "description": "One entry per item, by its code. The groups of an answer, sent back, are read too.",
}


@dataclass(frozen=True, slots=True)
class SentItem:
    """An entry as it was sent, and what of it is to be changed."""

    code: str
    value: object
    status: object
    change: AnswerChange


# Reading


def read_items(raw: object, state: LeadState) -> tuple[list[SentItem], list[Problem]]:
    """The entries in their order; one that is malformed is a problem of the whole body."""
    if raw is None:
        return [], []
    if not isinstance(raw, list):
        return [], [Problem("answers", "invalid_type", _("Send a list of checklist items."), raw)]
    found: list[SentItem] = []
    problems: list[Problem] = []
    moved: set[UUID] = set()
    for path, entry, shown_back in _entries(raw):
        if len(found) >= MOST_ENTRIES:
            words = _("Send at most %d checklist items at once.") % MOST_ENTRIES
            return found, [*problems, Problem("answers", "too_long", words)]
        faults = list(_faults(path, entry))
        problems += faults
        if isinstance(entry, Mapping) and not faults:
            item = _read_entry(entry, state, moved)
            # A group's item that was not touched was not sent to be told of.
            if item.change.fields or not shown_back:
                found.append(item)
    return found, problems


def ignored_in_items(raw: object) -> list[str]:
    """Keys of flat entries that say nothing here."""
    if not isinstance(raw, list):
        return []
    return [
        f"checklistItems[{index}].{key}"
        for index, entry in enumerate(raw)
        if isinstance(entry, Mapping) and "code" in entry
        for key in entry
        if key not in _ENTRY
    ]


def _entries(raw: list[object]) -> Iterator[tuple[str, object, bool]]:
    """Each entry with its path, and whether it is an item of a group that was shown and is now sent back."""
    for index, entry in enumerate(raw):
        path = f"checklistItems[{index}]"
        if not (isinstance(entry, Mapping) and "code" not in entry and isinstance(entry.get("items"), list)):
            yield path, entry, False
            continue
        for place, item in enumerate(entry["items"]):
            definition = item.get("checklistItem") if isinstance(item, Mapping) else None
            if isinstance(item, Mapping) and isinstance(definition, Mapping):
                item = {**item, "code": definition.get("code")}
            yield f"{path}.items[{place}]", item, True


def _faults(path: str, entry: object) -> Iterator[Problem]:
    if not isinstance(entry, Mapping):
        yield Problem(path, "invalid_type", _("Send an object with code, value and status."), entry)
        return
    code, status = entry.get("code"), entry.get("status")
    if not isinstance(code, str) or not code.strip():
        kind = "required" if code is None or isinstance(code, str) else "invalid_type"
        yield Problem(f"{path}.code", kind, _("Name the item by its code."), code)
    if status is not None and status not in _STATUSES:
        kind = "invalid_choice" if isinstance(status, str) else "invalid_type"
        words = _("Choose one of %s.") % ", ".join(_STATUSES)
        yield Problem(f"{path}.status", kind, words, status, list(_STATUSES))


def _read_entry(entry: Mapping[str, object], state: LeadState, moved: set[UUID]) -> SentItem:
    """A value that is shown right now is left alone, unless an earlier entry of this body moved it."""
    code, value = str(entry["code"]).strip(), entry.get("value", ABSENT)
    status = entry.get("status")
    fields: dict[str, object] = {}
    if value is not ABSENT:
        fields["value"] = value
    if status is not None:
        fields["status"] = status
    item = state.item(code)
    if item is not None:
        shown = state.answers.get(item.id) or _UNTOUCHED
        if item.id not in moved and same(value, shown.value):
            del fields["value"]
        if item.id not in moved and "value" not in fields and status == shown.status:
            fields.pop("status", None)
        if fields:
            moved.add(item.id)
    return SentItem(code, value, status, AnswerChange(code, fields))


# Telling


def tell_items(
    items: Sequence[SentItem], results: Sequence[AnswerResult], state: LeadState
) -> list[dict[str, object]]:
    """One line per entry that was sent; what it leaves unsaid is told as it now stands."""
    told: list[dict[str, object]] = []
    for item, result in zip(items, results, strict=True):
        known = state.item(item.code)
        row = (state.answers.get(known.id) if known else None) or _UNTOUCHED
        line: dict[str, object] = {
            "code": item.code,
            "value": row.value if item.value is ABSENT else item.value,
            "status": item.status or (str(row.status) if result.problem is None else None),
            "success": result.problem is None,
        }
        if result.problem is not None:
            line |= {"value": _cut(line["value"]), "error": result.problem.message}
        told.append(line)
    return told


def _cut(value: object) -> object:
    """Enough of a refused value to recognise it by; the whole of it stands in the request record."""
    if isinstance(value, str):
        return value[:_KEPT_OF_REFUSED]
    return None if isinstance(value, list | dict) and len(str(value)) > _KEPT_OF_REFUSED else value


# Showing

_UNTOUCHED: Final = Answer()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the items of a lead are shown from."""

    lead_id: UUID
    definitions: Definitions
    answers: Mapping[UUID, Answer]
    documents: Mapping[UUID | None, list[Document]]
    link: Link
    # The endpoint for the checklist alone says more of each item than a bundle does.
    at_length: bool = False


def show_checklist(shown: Shown) -> list[dict[str, Any]]:
    return [_group(group, shown) for group in shown.definitions.groups]


def show_checklist_at_length(
    state: LeadState, documents: Iterable[Document], link: Link
) -> list[dict[str, Any]]:
    """What the endpoint for the checklist alone shows."""
    shown = Shown(state.lead.pk, state.definitions, state.answers, by_item(documents), link, at_length=True)
    return show_checklist(shown)


def _group(group: GroupDef, shown: Shown) -> dict[str, Any]:
    return {
        "id": str(group.id),
        "name": group.name,
        "conditions": group.conditions,
        "items": [_item(item, shown) for item in group.items],
    }


def _item(item: ItemDef, shown: Shown) -> dict[str, Any]:
    answer = shown.answers.get(item.id) or _UNTOUCHED
    found: dict[str, Any] = {
        "id": str(answer_id(shown.lead_id, item.id)),
        "checklistItemId": str(item.id),
        "value": answer.value,
    }
    if shown.at_length:
        found |= {"alternateValues": None, "validationError": answer.problem or None}
    found |= {
        "status": str(answer.status),
        "itemOverride": _override(answer.override),
        "checklistItem": _definition(item, at_length=shown.at_length),
    }
    if item.is_file:
        documents = shown.documents.get(item.id, ())
        found["documents"] = [show_item_document(document, shown.link) for document in documents]
    return found


def _override(override: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not override:
        return None
    names = {"label": "label", "is_required": "isRequired"}
    return {names[name]: override[name] for name in names if name in override}


def _definition(item: ItemDef, *, at_length: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(item.id),
        "code": item.code,
        "label": item.label,
        "fieldType": item.field_type,
        "isRequired": item.is_required,
        "conditions": item.conditions,
    }
    rules = show_rules(item)
    if at_length:
        return {
            **found,
            "validationRules": rules,
            "helpText": item.help_text or None,
            "clientInstructions": item.client_instructions or None,
        }
    return {**found, "validationRules": rules} if rules else found


RULE_NAMES: Final[Mapping[str, str]] = {
    "pattern_hint": "patternHint",
    "min_length": "minLength",
    "max_length": "maxLength",
    "required_parts": "requiredParts",
    "grace_period_days": "gracePeriodDays",
    "is_personal": "isPersonal",
}


def show_rules(item: ItemDef) -> list[str] | dict[str, object] | None:
    """What a document must show, as sentences; what a value must be, as an object. None without any."""
    if item.is_file:
        return list(item.rules.get("checks", ())) or None  # type: ignore[call-overload]
    return {RULE_NAMES.get(name, name): value for name, value in item.rules.items()} or None
