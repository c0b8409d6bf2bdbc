"""Makes the demo's leads in batches, each in one transaction, and only those that are not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadhub.workspaces.rows import Growth
from leads.changes import transact
from leads.management.demo.calendar import Calendar
from leads.management.demo.desk import Desk
from leads.management.demo.stories import tell
from leads.management.demo.teller import Teller, external_id
from leads.models import Lead

_BATCH: Final = 200


def seed(desk: Desk, total: int) -> Iterator[tuple[int, int]]:
    """After each batch: how far it is, and how many leads were made in it."""
    calendar = Calendar(desk.workspace.time_zone)
    growth = Growth()
    for first in range(1, total + 1, _BATCH):
        numbers = range(first, min(first + _BATCH, total + 1))
        missing = _missing(desk, numbers)
        if missing:
            transact(lambda missing=missing: _tell_all(desk, calendar, missing))  # type: ignore[misc]
        growth.add(len(missing))
        yield numbers[-1], len(missing)


def _missing(desk: Desk, numbers: range) -> list[int]:
    ids = {external_id(number): number for number in numbers}
    there = Lead.objects.filter(workspace=desk.workspace, external_id__in=ids)
    for known in there.values_list("external_id", flat=True):
        ids.pop(known, None)
    return list(ids.values())


def _tell_all(desk: Desk, calendar: Calendar, numbers: list[int]) -> None:
    for number in numbers:
        tell(Teller(desk, calendar, number))
