"""Which lead focus mode hands out next: of a part of the queue, one that no colleague has or holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from leads.queries.counts import Count
from leads.queries.work import MOST_COUNTED, Desk, Part, leads_in_part


@dataclass(frozen=True, slots=True)
class Offer:
    """The next ones in their order, and how many there are."""

    leads: list[UUID]
    left: Count


def offer_leads(
    desk: Desk,
    part: Part,
    user_id: UUID,
    passed: Collection[UUID],
    *,
    whoever_owns: bool = False,
    began: datetime | None = None,
) -> Offer:
    """What is left of a part for somebody, without the leads they have passed already and those who were
    called since they `began`; a colleague's only for those who may work it. One query."""
    free = Q(claimed_by=None) | Q(claimed_until__lte=desk.at) | Q(claimed_by=user_id)
    mine = Q() if whoever_owns else Q(assignee=user_id) | Q(assignee=None)
    uncalled = Q(last_attempt_at=None) | Q(last_attempt_at__lt=began) if began else Q()
    rows = leads_in_part(desk, part).filter(free, mine, uncalled).exclude(pk__in=list(passed))
    found = list(rows.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return Offer(found, Count(min(len(found), MOST_COUNTED), len(found) > MOST_COUNTED))
