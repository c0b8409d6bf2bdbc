"""Which lead each row of a batch meets: asked for all of them at once, and kept up as rows are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.changes.many import Shelf
from leads.errors import Ambiguous
from leads.models import ContactPoint, Lead
from leads.queries.keys import leads_with
from leads.validation import Clean

EXTERNAL_ID, EMAIL, PHONE = "external_id", "email", "phone"
_COLUMNS: Final[Mapping[str, str]] = {EXTERNAL_ID: "external_id", EMAIL: "email_key", PHONE: "phone_key"}

# By kind: what a row, or a lead, is found by.
Keys = Mapping[str, str]


def keys_of_row(cleaned: Clean) -> dict[str, str]:
    columns = cleaned.columns
    return {kind: str(columns[column]) for kind, column in _COLUMNS.items() if columns.get(column)}


def keys_of_lead(lead: Lead) -> dict[str, str]:
    return {kind: key for kind, column in _COLUMNS.items() if (key := getattr(lead, column))}


def _has(lead: Lead | None, kind: str, key: str, shelf: Shelf) -> bool:
    if lead is None or lead.is_test or lead.deleted_at is not None or lead.merged_into_id is not None:
        return False
    if getattr(lead, _COLUMNS[kind]) == key:
        return True
    points = shelf.contact_points.get(lead.pk, ())
    return any(point.kind == kind and point.key == key for point in points)


class Matches:
    def __init__(self, workspace: Workspace, kinds: Iterable[str], rows: Iterable[Keys]) -> None:
        given = list(rows)
        self._kinds = tuple(kinds)
        self._found: dict[str, dict[str, set[UUID]]] = {
            kind: leads_with(workspace, kind, {keys[kind] for keys in given if kind in keys})
            for kind in self._kinds
        }

    def all(self) -> set[UUID]:
        return {lead for by_key in self._found.values() for leads in by_key.values() for lead in leads}

    def find(self, row: Keys) -> UUID | None:
        """The first key that meets a lead decides; one that meets several decides that it cannot be told."""
        for kind in self._kinds:
            leads = self._found[kind].get(row[kind]) if kind in row else None
            if not leads:
                continue
            if len(leads) > 1:
                words = _("%d leads match this row; merge them first, or give it a key of its own.")
                raise Ambiguous(words % len(leads), len(leads))
            return next(iter(leads))
        return None

    def kind_of(self, row: Keys) -> str:
        """Which kind of key decides."""
        return next((kind for kind in self._kinds if kind in row and self._found[kind].get(row[kind])), "")

    def keep_only(self, leads: Mapping[UUID, Lead], shelf: Shelf) -> None:
        """While their locks were waited for, some may have gone, or have come to another key."""
        for kind, by_key in self._found.items():
            for key, ids in by_key.items():
                ids -= {one for one in ids if not _has(leads.get(one), kind, key, shelf)}

    def move(self, lead_id: UUID, before: Keys, after: Keys) -> None:
        for kind in self._kinds:
            old, new = before.get(kind), after.get(kind)
            if old == new:
                continue
            by_key = self._found[kind]
            if old is not None and old in by_key:
                by_key[old].discard(lead_id)
            if new is not None:
                by_key.setdefault(new, set()).add(lead_id)

    def add_points(self, lead_id: UUID, points: Iterable[ContactPoint]) -> None:
        for point in points:
            by_key = self._found.get(str(point.kind))
            if by_key is not None:
                by_key.setdefault(point.key, set()).add(lead_id)
