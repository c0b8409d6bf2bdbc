"""Which leads and which days a report is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from uuid import UUID

from django.db.models import Q, QuerySet

from leadhub.workspaces.hours import Span, spans
from leadhub.workspaces.models import Workspace
from leads.models import Lead
from leads.queries.find import live_leads
from leads.values import zone_of


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to, and without, `until`; days are those of `zone`. Nothing chosen: everybody, all."""

    workspace: Workspace
    since: datetime
    until: datetime
    zone: tzinfo
    owner: UUID | None = None
    source: str | None = None
    # When the workspace works, if waiting is told in working time; None: by the clock on the wall.
    spans: tuple[Span, ...] | None = None

    def within(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.since, f"{column}__lt": self.until})


def in_working_time(period: Period, at: datetime) -> Period:
    """With the hours that the workspace worked from the first lead of the period on until now."""
    workspace = period.workspace
    zone = zone_of(workspace.time_zone) or UTC
    return replace(period, spans=tuple(spans(workspace.working_hours, zone, period.since, at)))


def cohort(period: Period) -> QuerySet[Lead]:
    """The live leads that came in the period; archived ones count, test leads do not."""
    rows = live_leads(period.workspace).filter(period.within("created_at")).order_by()
    if period.owner is not None:
        rows = rows.filter(assignee=period.owner)
    return rows if period.source is None else rows.filter(source=period.source)


def both(period: Period, before: Period) -> QuerySet[Lead]:
    """The cohorts of a period and of the one before it, of the same owner and source."""
    rows = cohort(replace(period, since=before.since))
    if before.until < period.since:
        rows = rows.filter(before.within("created_at") | period.within("created_at"))
    return rows
