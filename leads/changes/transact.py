"""One write, one transaction: retried when the database could not settle it, rolled back when dry."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from leads.errors import Busy

T = TypeVar("T")

_TRIES: Final = 10
# Serialization failure and deadlock: the transaction left no trace, so doing it again is safe.
_UNSETTLED: Final = frozenset({"40001", "40P01"})


def transact(work: Callable[[], T], *, dry_run: bool = False) -> T:
    """What `work` returns, once committed. A dry run does everything, answers the same, and stores nothing.

    Inside another transaction it joins that one, whose owner decides about retrying.
    """
    if connection.in_atomic_block and not dry_run:
        return work()
    for attempt in range(_TRIES):
        try:
            with transaction.atomic():
                result = work()
                if dry_run:
                    transaction.set_rollback(True)
            return result
        except OperationalError as error:
            if not _is_unsettled(error) or attempt + 1 == _TRIES or connection.in_atomic_block:
                raise _busy(error) from error
            time.sleep(random.uniform(0.5, 1.5) * min(0.01 * 2**attempt, 0.3))  # noqa: S311 (jitter, not a secret)
    raise AssertionError("the loop above returns or raises")


def _is_unsettled(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in _UNSETTLED


def _busy(error: OperationalError) -> Exception:
    if _is_unsettled(error) or "locked" in str(error):
        return Busy(_("Several writes wanted the same lead at once; send this one again."))
    return error
