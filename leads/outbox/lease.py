"""Leases: a row of work is held by one worker, until it is done, given back, or its time has run out.

The attempt's number fences: whoever held a row before can no longer say anything about it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import F, QuerySet

from leadhub.workspaces.clock import now
from leads.models.outbox import Leased

Row = TypeVar("Row", bound=Leased)

# Far longer than a delivery may take; what takes longer renews its lease meanwhile.
LENGTH: Final = timedelta(seconds=60)


def take(due: QuerySet[Row], owner: str, length: timedelta = LENGTH) -> list[Row]:
    """Hold the rows of an ordered and cut query, without waiting for those that somebody else is taking.

    `due_at` moves to the end of the lease: a row that is held is not due, and is due again if its worker
    dies. SQLite lets in one writer at a time, so there the transaction alone keeps others out.
    """
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True))
        if not rows:
            return []
        until = now() + length
        leased = rows[0]._meta.model._default_manager.filter(pk__in=[row.pk for row in rows])
        leased.update(attempt=F("attempt") + 1, lease_owner=owner, lease_until=until, due_at=until)
    for row in rows:
        row.attempt += 1
        row.lease_owner, row.lease_until, row.due_at = owner, until, until
    return rows


def finish(row: Leased, **columns: Any) -> bool:
    """Store how an attempt ended. False if the lease was lost: then it is for somebody else to say."""
    leased = _mine(row)
    return leased.update(lease_owner="", lease_until=None, **columns) == 1


def note(row: Leased, **columns: Any) -> bool:
    """Store something about a row that stays held."""
    leased = _mine(row)
    return leased.update(**columns) == 1


def renew(row: Leased, length: timedelta = LENGTH) -> bool:
    until = now() + length
    if not note(row, lease_until=until, due_at=until):
        return False
    row.lease_until = row.due_at = until
    return True


def give_back(row: Leased) -> bool:
    """Undone, through no fault of its own: due at once, and the attempt does not count."""
    return finish(row, due_at=now(), attempt=row.attempt - 1)


def unattended_since(row: Leased) -> datetime | None:
    """Since when nobody says anything of a row that is due, as when no worker runs; None as long as somebody
    may just be about to."""
    if row.state != Leased.State.DUE or row.due_at is None:
        return None
    since = row.lease_until - LENGTH if row.lease_until else row.due_at
    return since if now() - since >= LENGTH else None


def _mine(row: Leased) -> QuerySet[Leased]:
    leased = type(row)._default_manager.filter(pk=row.pk, state=Leased.State.DUE)
    return leased.filter(lease_owner=row.lease_owner, attempt=row.attempt)
