"""What an import left behind: its entries, and what others did to the same leads."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import leadhub.workspaces.among  # noqa: F401 (it registers itself)
from leadhub.workspaces.models import Workspace
from leads.models import Action, ActionStatus, Entry, ImportBatch


def entries_of_import(batch: ImportBatch, *, before: UUID | None, limit: int) -> list[Entry]:
    """Newest first."""
    rows = Entry.objects.filter(workspace=batch.workspace_id, import_batch=batch).order_by("-id")
    return list((rows if before is None else rows.filter(pk__lt=before))[:limit])


def lines_of(workspace: Workspace, leads: Collection[UUID]) -> dict[UUID, int]:
    """In which line of its file each of these stood, which an import has made; 0 where that is not told."""
    if not leads:
        return {}
    rows = Entry.objects.filter(workspace=workspace, lead_id__among=leads, kind="created")
    found = {lead: line for lead, sent in rows.values_list("lead_id", "input") if (line := sent.get("line"))}
    return {lead: int(found.get(lead, 0)) for lead in leads}


def told_by_others(batch: ImportBatch, leads: Collection[UUID]) -> list[tuple[UUID, UUID, str]]:
    """(lead, entry, kind) of what was told of these leads since the import, and not by it; without what takes
    back what the import told, and without what was taken back as a whole: it is as if it had not been."""
    rows = Entry.objects.filter(
        workspace=batch.workspace_id, lead_id__among=leads, created_at__gte=batch.created_at
    )
    others = rows.exclude(import_batch=batch).exclude(undoes__import_batch=batch).order_by("-id")
    found: dict[UUID, tuple[UUID, UUID, str]] = {}
    undo_of: dict[UUID, UUID] = {}
    for lead, entry, kind, undoes, kept in others.values_list("lead_id", "pk", "kind", "undoes_id", "kept"):
        if entry in undo_of:
            found.pop(undo_of[entry])
            continue
        found[entry] = lead, entry, kind
        if undoes is not None and not (kept or {}).get("stays"):
            undo_of[undoes] = entry
    return list(found.values())


def leads_acted_on(batch: ImportBatch, leads: Collection[UUID]) -> set[UUID]:
    """Those about whom something was done since, such as a call or a message."""
    rows = Action.objects.filter(workspace=batch.workspace_id, lead_id__among=leads)
    done = rows.filter(status=ActionStatus.COMPLETED, completed_at__gte=batch.created_at)
    return set(done.values_list("lead_id", flat=True))
