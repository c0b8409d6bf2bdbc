"""How many leads there are of each stage and source, and what they are worth: one question, any period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Sum

from leadhub.workspaces.models import Workspace
from leads.queries.find import live_leads


@dataclass(frozen=True, slots=True)
class Tally:
    stage: str
    source: str
    count: int
    value: Decimal


def tally_leads(
    workspace: Workspace, since: datetime, until: datetime, *, tests: bool | None = False
) -> list[Tally]:
    """Of the leads that came in between the two, the second moment not included."""
    rows = live_leads(workspace, tests=tests).filter(created_at__gte=since, created_at__lt=until)
    found = (
        rows.order_by()
        .values_list("disposition__stage", "source")
        .annotate(number=Count("pk"), worth=Sum("value"))
    )
    return [Tally(stage, source, number, worth or Decimal(0)) for stage, source, number, worth in found]
