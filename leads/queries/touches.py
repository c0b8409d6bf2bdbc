"""How each lead of a list was last in touch or worked with: what, when, by whom; in the query of the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime

from leadhub.workspaces.models import Workspace
from leads.models import Entry, Lead

# That it came, what was said, and what came of it. Tags, owners, plans and claims touch nobody.
_FELT: Final = (
    *("created", "called", "noted", "disposed", "answered", "activity", "document_uploaded"),
    *("messaged", "message_approved", "message_resent", "message_received"),
)


@dataclass(frozen=True, slots=True)
class Touch:
    summary: str
    who: str
    at: datetime


def with_last_touch(rows: QuerySet[Any], *, lead: str = "pk") -> QuerySet[Any]:
    """One probe of the timeline's index for each row shown."""
    entries = Entry.objects.filter(workspace=OuterRef("workspace"), lead=OuterRef(lead))
    undos = Entry.objects.filter(
        workspace=OuterRef("workspace"), lead=OuterRef("lead"), undoes=OuterRef("pk")
    )
    felt = entries.filter(Q(import_batch=None) | Q(kind="created"), ~Exists(undos), kind__in=_FELT)
    newest = felt.order_by("-created_at", "-id")
    told = JSONObject(summary=F("summary"), who=F("actor_name"), at=F("created_at"))
    found: QuerySet[Any] = rows.annotate(last_touch=Subquery(newest.values(told=told)[:1]))
    return found


def touch_of(row: Model) -> Touch | None:
    told: Mapping[str, str] | None = getattr(row, "last_touch", None)
    at = parse_datetime(told["at"]) if told else None
    if not told or at is None:
        return None
    return Touch(told["summary"], told["who"], at if at.tzinfo else at.replace(tzinfo=UTC))


def last_touches(workspace: Workspace, leads: Collection[UUID]) -> dict[UUID, Touch | None]:
    """The same for leads that were read already, in one query."""
    rows = Lead.objects.filter(workspace=workspace, pk__in=leads).only("id")
    return {row.pk: touch_of(row) for row in with_last_touch(rows)}
