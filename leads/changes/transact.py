"""One write, one transaction: retried when the database could not settle it, rolled back when dry."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Final, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from leads.errors import Busy
from leads.models import Lead

T = TypeVar("T")

_TRIES: Final = 10
# Serialization failure and deadlock: the transaction left no trace, so doing it again is safe.
_UNSETTLED: Final = frozenset({"40001", "40P01"})
# Whether this transaction may still begin anew.
_BEGINS: ContextVar[bool] = ContextVar("begins", default=False)


class _BeginAnewError(Exception):
    """These leads have to be locked first."""

    def __init__(self, leads: list[UUID]) -> None:
        super().__init__()
        self.leads = leads


def lock_first(leads: Iterable[UUID]) -> None:
    """Begin the transaction anew with all of these locked, in the order of their ids: for who holds a lead
    and finds that others, which come before it, are to be locked too.

    Once for a transaction, whose work may be much. Where one writer has the whole database, or somebody else
    owns the transaction, it goes on as it is.
    """
    if _BEGINS.get() and connection.features.has_select_for_update:
        raise _BeginAnewError(list(leads))


def transact(work: Callable[[], T], *, dry_run: bool = False) -> T:
    """What `work` returns, once committed. A dry run does everything, answers the same, and stores nothing.

    Inside another transaction it joins that one, whose owner decides about retrying.
    """
    if connection.in_atomic_block and not dry_run:
        return work()
    first: list[UUID] = []
    for attempt in range(_TRIES):
        token = _BEGINS.set(not (first or connection.in_atomic_block or attempt + 1 == _TRIES))
        try:
            with transaction.atomic():
                _lock(first)
                result = work()
                if dry_run:
                    transaction.set_rollback(True)
            return result
        except _BeginAnewError as more:
            first = more.leads
        except OperationalError as error:
            if not _is_unsettled(error) or attempt + 1 == _TRIES or connection.in_atomic_block:
                raise _busy(error) from error
            time.sleep(random.uniform(0.5, 1.5) * min(0.01 * 2**attempt, 0.3))  # noqa: S311 (jitter, not a secret)
        finally:
            _BEGINS.reset(token)
    raise AssertionError("the loop above returns or raises")


def hold(word: str) -> None:
    """Whoever else wants this word waits until the transaction ends. SQLite has one writer at a time, so
    there is nothing to hold there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [word])


def _lock(leads: list[UUID]) -> None:
    if leads:
        rows = Lead.objects.filter(pk__in=leads).order_by("pk").select_for_update(of=("self",))
        list(rows.values_list("pk", flat=True))


def _is_unsettled(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in _UNSETTLED


def _busy(error: OperationalError) -> Exception:
    if _is_unsettled(error) or "locked" in str(error):
        return Busy(_("Several writes wanted the same lead at once; send this one again."))
    return error
