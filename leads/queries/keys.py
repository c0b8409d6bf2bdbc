"""Which leads many keys meet at once: one question for each kind of key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

import leadhub.workspaces.among  # noqa: F401 (it registers itself)
from leadhub.workspaces.models import Workspace
from leads.models import ContactPoint, Lead
from leads.queries.find import live_leads

_COLUMNS: Final[Mapping[str, str]] = {
    "external_id": "external_id",
    "email": "email_key",
    "phone": "phone_key",
}


def leads_with(workspace: Workspace, kind: str, keys: Collection[str]) -> dict[str, set[UUID]]:
    """The live leads by their key of that kind (external_id, email or phone), first or further."""
    found: defaultdict[str, set[UUID]] = defaultdict(set)
    if not keys:
        return found
    column, leads = _COLUMNS[kind], live_leads(workspace)
    rows = list(leads.filter(**{f"{column}__among": keys}).values_list(column, "pk"))
    if kind != "external_id":
        points = ContactPoint.objects.filter(workspace=workspace, kind=kind, key__among=keys)
        alive = points.filter(lead__deleted_at=None, lead__merged_into=None, lead__is_test__in=[False])
        rows += alive.values_list("key", "lead")
    for key, lead_id in rows:
        found[key].add(lead_id)
    return found


def ids_taken(ids: Collection[UUID]) -> set[UUID]:
    """Those that some lead has, be it of another workspace."""
    return set(Lead.objects.filter(pk__among=ids).values_list("pk", flat=True)) if ids else set()
