"""Events as the outside sees them: the message of one, and the feed for those who missed some."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from leadhub.web.json import write_json
from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leads.models import Event
from leads.values import format_moment

KEPT_FOR: Final = timedelta(days=30)
TEST: Final = "webhook.test"
# What the standard asks receivers to be ready for; beyond it the values stay with us.
_LARGEST: Final = 20_000
_MOST_PATHS: Final = 200
# The clocks of several machines may differ by this much.
_SLACK: Final = timedelta(seconds=1)

# When the oldest transaction that writes began: ids made in it may yet appear among older ones.
_OLDEST_WRITER: Final = """
SELECT clock_timestamp(), min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def show_event(event: Event) -> dict[str, Any]:
    """The event of the feed and, but for the id that stands in its header, of a webhook."""
    return {"id": str(event.pk), **message_of(event)}


def message_of(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = dict(event.payload)
    if event.lead_id is not None:
        data = {"leadId": str(event.lead_id), **data}
    data["test"] = event.is_test
    message = {"type": event.kind, "timestamp": format_moment(event.created_at), "data": data}
    if "changes" in data and len(write_json(message)) > _LARGEST:
        # Whoever needs the values reads the lead.
        data["changed"] = list(data.pop("changes"))[:_MOST_PATHS]
    return message


def body_of(event: Event) -> bytes:
    """The same bytes at each attempt."""
    return write_json(message_of(event))


def events_after(
    workspace: Workspace, after: UUID | None, limit: int, *, tests: bool | None = False
) -> list[Event]:
    """The next events, oldest first: of live leads, of test leads (True) or of both (None).

    An event is shown only when no earlier one can appear any more, so whoever goes on after the last one
    misses none.
    """
    rows = Event.objects.filter(workspace=workspace).exclude(kind=TEST)
    if tests is not None:
        rows = rows.filter(is_test=tests)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    horizon = _horizon()
    if horizon is not None:
        rows = rows.filter(pk__lt=first_id_of(horizon))
    return list(rows.order_by("pk")[:limit])


def reaches_back_to(after: UUID) -> bool:
    """Whether everything after that event is still kept."""
    return moment_of(after) >= now() - KEPT_FOR


def moment_of(event_id: UUID) -> datetime:
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, UTC)


def first_id_of(moment: datetime) -> UUID:
    """The lowest id that could be made at a moment or later."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _horizon() -> datetime | None:
    """SQLite has one writer at a time, who makes ids while it is his turn: they appear in order."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_WRITER)
        clock, oldest = cursor.fetchone()
    horizon: datetime = min(clock, oldest or clock) - _SLACK
    return horizon
