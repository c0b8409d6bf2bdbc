"""Who has worked with the leads of an import since, or changed them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from leads.models import ImportBatch
from leads.queries.imports import leads_acted_on, told_by_others

WORKED, CHANGED = "worked", "changed_since"
_WORK: Final = ("called", "disposed", "message", "activity", "merged")


def what_came_since(batch: ImportBatch, leads: Collection[UUID]) -> dict[UUID, str]:
    """`worked` if somebody called, wrote or set a status; else `changed_since`."""
    ids = list(leads)
    found: dict[UUID, str] = dict.fromkeys(leads_acted_on(batch, ids), WORKED)
    for lead_id, _entry, kind in told_by_others(batch, ids):
        if kind.startswith(_WORK):
            found[lead_id] = WORKED
        else:
            found.setdefault(lead_id, CHANGED)
    return found
