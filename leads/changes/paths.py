"""The paths that entries speak in: what a lead holds at one, and putting a value back there in a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import DecimalField, Model

from leads.changes.answering import find_item, words
from leads.changes.contacts import words as contact_words
from leads.changes.draft import PATH_OF, Draft, told
from leads.changes.duplicates import is_pair
from leads.changes.putting import put_column, put_row
from leads.changes.standing import step_back
from leads.models import Address, Lead, Profile
from leads.state import LeadState
from leads.timeline import MISSING, is_tree, plain, unescape

# What belongs to another value and goes back, or stays, with it.
FOLLOWS: Final[Mapping[str, str]] = {
    "email_verified_at": "email",
    "phone_type": "phone",
    "phone_verified_at": "phone",
    "currency": "value",
    "assignee_type": "assignee",
    "assigned_at": "assignee",
    "/disposition/change": "disposition",
    "loss_reason": "disposition",
    "qualified_at": "disposition",
    "/archive/reason": "/archive/at",
    "/archive/note": "/archive/at",
    "archived_by": "/archive/at",
    "/override/reason": "/override/enabled",
    "override_by": "/override/enabled",
    "override_at": "/override/enabled",
    "sms_opted_in_at": "/consent/sms",
    "sms_consent_phone": "/consent/sms",
    "claimed_until": "claimed_by",
}
OBJECTS: Final = frozenset({"metadata", "click_ids", "ad_consents"})
_SECTIONS: Final[Mapping[str, type[Model]]] = {"address": Address, "profile": Profile}
# Columns that are no value of their own: keys, counts, and what other paths stand for.
_NO_VALUE: Final = frozenset(
    """id workspace_id created_at updated_at version field_sources is_test absorbed merged_into_id search_text
    email_key phone_e164 phone_key disposition_id disposition_change_id
    checklist_required checklist_done checklist_in_review checklist_groups checklist_revision""".split()
)
_COLUMNS: Final[Mapping[str, str]] = {
    PATH_OF.get(field.attname, field.attname): field.attname
    for field in Lead._meta.concrete_fields
    if field.attname not in _NO_VALUE | OBJECTS
}


class UnknownPath(LookupError):
    """What this path speaks of cannot be read back from a lead."""


def parts_of(path: str) -> tuple[str, list[str]]:
    head, *rest = path.removeprefix("/").split("/")
    return head, [unescape(part) for part in rest]


def is_object_path(path: str) -> bool:
    head, rest = parts_of(path)
    return path.startswith("/") and head in OBJECTS and bool(rest)


def current(state: LeadState, path: str) -> object:
    """The JSON value that the lead holds there now, or MISSING."""
    if path in _COLUMNS:
        return plain(told(getattr(state.lead, _COLUMNS[path])))
    if path == "disposition":
        found = state.catalogue.dispositions.get(state.lead.disposition_id)
        return found.outcome if found else None
    if path == "/disposition/change":
        return plain(state.lead.disposition_change_id)
    head, rest = parts_of(path)
    if not path.startswith("/") or not rest:
        raise UnknownPath(path)
    if head in OBJECTS:
        return _at(getattr(state.lead, head), rest)
    if head in _SECTIONS and rest[0] in fields_of(head):
        return plain(told(getattr(getattr(state, head), rest[0])))
    return _row_at(state, head, rest[0])


def _row_at(state: LeadState, head: str, key: str) -> object:
    match head:
        case "answers":
            item = find_item(state, key)
            row = state.answers.get(item.id) if item else None
            return plain(words(row)) if row else MISSING
        case "tags":
            return next((tag.name for tag in state.tags.values() if tag.normalized == key), MISSING)
        case "contact_points":
            points = {f"{row.kind}:{row.key}": row for row in state.contact_points}
            return contact_words(points[key]) if key in points else MISSING
        case "items":
            item = state.item(key)
            return item.label if item and item.only_for else MISSING
        case "not_duplicates":
            return True if is_pair(state.lead, UUID(key)) else MISSING
    raise UnknownPath(f"/{head}/{key}")


def _at(tree: object, keys: Sequence[str]) -> object:
    for key in keys:
        if not isinstance(tree, Mapping) or key not in tree:
            return MISSING
        tree = tree[key]
    return tree


def fields_of(section: str) -> frozenset[str]:
    """What an address, or a profile, is made of."""
    fields = _SECTIONS[section]._meta.concrete_fields
    return frozenset(field.name for field in fields) - {"lead", "workspace"}


def put_back(draft: Draft, path: str, value: object) -> None:
    put_all(draft, {path: value})


def put_all(draft: Draft, wanted: Mapping[str, object]) -> None:
    """Set each path to its value, by the same steps as any change; MISSING takes away what is there."""
    objects: dict[str, dict[str, object]] = {}
    # What follows from a value is put back after it, so that the stored one stands and not the derived one.
    for path in sorted(wanted, key=lambda path: (path in FOLLOWS, path)):
        value = wanted[path]
        head, rest = parts_of(path)
        if path in _COLUMNS:
            put_column(draft, _COLUMNS[path], _stored(Lead, _COLUMNS[path], value))
        elif path in {"disposition", "/disposition/change"}:
            _put_disposition(draft, path, wanted)
        elif head in OBJECTS:
            objects[head] = replaced(objects.get(head, getattr(draft.lead, head)), rest, value)
        elif head in _SECTIONS:
            draft.set_beside(head, rest[0], _stored(_SECTIONS[head], rest[0], value))
        else:
            put_row(draft, head, rest[0], value)
    for column, tree in objects.items():
        draft.set_object(column, tree)
    if draft.tags_added or draft.tags_removed:
        draft.events.append("lead.tags_changed")


def replaced(tree: Mapping[str, object], keys: Sequence[str], value: object) -> dict[str, object]:
    """A copy of the tree with that value there. MISSING takes the key away, and what is empty without it."""
    key, *deeper = keys
    inner = tree.get(key, MISSING)
    if deeper and value is MISSING and not is_tree(inner):
        return dict(tree)
    if deeper:
        value = replaced(inner if isinstance(inner, Mapping) else {}, deeper, value) or MISSING
    rest = {name: kept for name, kept in tree.items() if name != key}
    return rest if value is MISSING else {**tree, key: value}


def has_room(tree: Mapping[str, object], keys: Sequence[str]) -> bool:
    """Whether a value can be put there and takes the place of nothing with parts, nor of what it is in."""
    *above, key = keys
    for name in above:
        inner = tree.get(name, MISSING)
        if not isinstance(inner, Mapping):
            return inner is MISSING
        tree = inner
    return not is_tree(tree.get(key, MISSING))


def _put_disposition(draft: Draft, path: str, wanted: Mapping[str, object]) -> None:
    if path == "/disposition/change" and "disposition" in wanted:
        return
    outcome = str(wanted.get("disposition", current(draft.state, "disposition")))
    disposition = draft.state.catalogue.by_outcome(outcome)
    assert disposition is not None, "whoever puts a disposition back has looked it up"
    change_id = wanted.get("/disposition/change")
    step_back(draft, disposition, UUID(change_id) if isinstance(change_id, str) else None)


def _stored(model: type[Model], column: str, value: object) -> object:
    """What the column holds for a value as it is told."""
    field = model._meta.get_field(column)
    if value is None or value is MISSING:
        return None if getattr(field, "null", False) else ""
    if isinstance(field, DecimalField):
        return Decimal(str(value))
    return field.to_python(value)  # type: ignore[union-attr]
