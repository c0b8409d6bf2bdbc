"""What webhooks were told, as the native API shows it."""

from __future__ import annotations

from typing import Any, Final

from leads.models import WebhookDelivery
from leads.models.outbox import Leased
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import ID, MOMENT, OBJECT, TEXT, WHOLE, maybe, one_of, page_of, several, thing

STATES: Final = tuple(state.value for state in Leased.State if state != Leased.State.IDLE)
DELIVERY: Final = thing(
    "Delivery",
    {
        "id": ID,
        "webhook_id": ID,
        "event_id": {**ID, "description": "The `webhook-id` that was sent."},
        "type": TEXT,
        "lead_id": maybe(ID),
        "state": {**one_of(STATES), "description": "`dead` was given up; `held` waits for a release."},
        "attempt": WHOLE,
        "status": {**maybe(WHOLE), "description": "Of the last answer."},
        "duration_ms": maybe(WHOLE),
        "due_at": maybe(MOMENT),
        "error": maybe(TEXT),
        "answer": {**maybe(TEXT), "description": "The beginning of the last answer."},
        "attempts": {**several(OBJECT), "description": "The latest attempts; signatures are masked."},
        "created_at": MOMENT,
        "finished_at": maybe(MOMENT),
    },
)
DELIVERIES: Final = page_of("Deliveries", DELIVERY)
REPLAYED: Final = thing("Replayed", {"replayed": {**WHOLE, "description": "How many are sent again."}})


def show_delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "webhook_id": str(row.endpoint_id),
        "event_id": str(row.event_id),
        "type": row.event.kind,
        "lead_id": str(row.lead_id) if row.lead_id else None,
        "state": str(row.state),
        "attempt": row.attempt,
        "status": row.status,
        "duration_ms": row.duration_ms,
        "due_at": show_moment(row.due_at),
        "error": row.last_error or None,
        "answer": row.answer or None,
        "attempts": row.attempts,
        "created_at": show_moment(row.created_at),
        "finished_at": show_moment(row.finished_at),
    }
