"""A lead's life: archived and back, deleted and back, enabled against its own switch."""

from __future__ import annotations

from leads.change import Clear, Override
from leads.changes.draft import Draft


def set_archive(draft: Draft, archive: tuple[int | None, str]) -> None:
    """Archiving twice keeps the first time."""
    if draft.lead.archived_at is not None:
        return
    reason, note = archive
    draft.set_column("archived_at", draft.moment)
    draft.set_column("archived_by", draft.actor.ref)
    draft.set_column("archive_reason", reason)
    draft.set_column("archive_note", note)
    draft.events.append("lead.archived")


def clear_archive(draft: Draft) -> None:
    if draft.lead.archived_at is None:
        return
    draft.set_column("archived_at", None)
    draft.set_column("archived_by", None)
    draft.set_column("archive_reason", None)
    draft.set_column("archive_note", "")
    draft.events.append("lead.restored")


def set_deleted(draft: Draft, *, deleted: bool) -> None:
    if deleted and draft.lead.deleted_at is None:
        draft.set_column("deleted_at", draft.moment)
        draft.events.append("lead.deleted")
    elif not deleted and draft.lead.deleted_at is not None:
        draft.set_column("deleted_at", None)
        draft.events.append("lead.restored")


def set_override(draft: Draft, wish: Override | Clear, cleaned: tuple[bool, str] | None) -> None:
    enabled, reason = (None, "") if isinstance(wish, Clear) or cleaned is None else cleaned
    moved = draft.set_column("override_enabled", enabled)
    moved |= draft.set_column("override_reason", reason)
    if moved:
        draft.set_column("override_by", None if enabled is None else draft.actor.ref)
        draft.set_column("override_at", None if enabled is None else draft.moment)
