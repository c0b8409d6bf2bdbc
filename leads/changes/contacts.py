"""Further phones and emails of a lead, and the text it is searched by, which holds them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leads.change import ContactPointChange
from leads.changes.draft import Draft
from leads.models import ContactPoint
from leads.timeline import MISSING, escape
from leads.values import search_key

_SEARCHED: Final = frozenset(
    {"first_name", "middle_name", "last_name", "business_name", "email", "phone", "external_id"}
)


def set_contact_points(draft: Draft, wanted: list[tuple[ContactPointChange, str, str]]) -> None:
    for change, value, key in wanted:
        if change.remove:
            remove_contact_point(draft, change.kind, key)
        else:
            put_contact_point(draft, change.kind, key, value, change.label, is_bad=change.is_bad)


def put_contact_point(draft: Draft, kind: str, key: str, value: str, label: str, *, is_bad: bool) -> None:
    row = find_contact_point(draft, kind, key)
    before = words(row) if row else MISSING
    if row is None:
        row = ContactPoint(workspace=draft.state.workspace, lead=draft.lead, kind=kind, key=key)
    row.value, row.label, row.is_bad = value, label, is_bad
    draft.tell(pointer(kind, key), before, words(row))
    if pointer(kind, key) in draft.changes:
        draft.contact_points.append(row)


def remove_contact_point(draft: Draft, kind: str, key: str) -> None:
    row = find_contact_point(draft, kind, key)
    if row is not None:
        draft.contact_points_removed.append(row)
        draft.tell(pointer(kind, key), words(row), MISSING)


def find_contact_point(draft: Draft, kind: str, key: str) -> ContactPoint | None:
    rows = [*draft.state.contact_points, *draft.contact_points]
    return next((row for row in rows if row.kind == kind and row.key == key), None)


def pointer(kind: str, key: str) -> str:
    return f"/contact_points/{kind}:{escape(key)}"


def words(row: ContactPoint) -> dict[str, object]:
    return {"value": row.value, "label": row.label, "is_bad": row.is_bad}


def settle_search_text(draft: Draft) -> None:
    """Two blocks parted by an empty line, so that a new name need not read the further contact points."""
    points_moved = bool(draft.contact_points or draft.contact_points_removed)
    if not (draft.state.is_new or draft.columns & _SEARCHED or points_moved):
        return
    _own, _blank, further = draft.lead.search_text.partition("\n\n")
    if points_moved:
        further = _block(row.key for row in _points(draft))
    own = _own_block(draft)
    draft.set_column("search_text", f"{own}\n\n{further}" if further else own)


def _points(draft: Draft) -> list[ContactPoint]:
    gone = {row.pk for row in draft.contact_points_removed}
    kept = {row.pk: row for row in [*draft.state.contact_points, *draft.contact_points]}
    return [row for key, row in kept.items() if key not in gone]


def _own_block(draft: Draft) -> str:
    """Names, business, email, phone as digits, external id: each folded, one a line."""
    lead = draft.lead
    names = " ".join(part for part in (lead.first_name, lead.middle_name, lead.last_name) if part)
    return _block([names, lead.business_name, lead.email_key, lead.phone_key, lead.external_id])


def _block(parts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(search_key(part) for part in parts if part))
