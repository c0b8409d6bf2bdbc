"""The event rows of a change, in its transaction: one per fact, and one delivery per listening endpoint."""

from __future__ import annotations

from leadhub.workspaces.rows import insert_rows
from leads.changes.draft import Draft
from leads.models import Entry, Event, WebhookDelivery
from leads.models.outbox import Leased


def store_events(draft: Draft, entry: Entry, *, created: bool) -> None:
    kinds = dict.fromkeys(["lead.created" if created else "lead.updated", *_further(draft)])
    if draft.actor.import_batch_id is not None and not draft.announces:
        return
    events = [_event(draft, entry, kind) for kind in kinds]
    insert_rows(events)
    deliveries = [
        WebhookDelivery(
            workspace=draft.state.workspace,
            endpoint=endpoint,
            event=event,
            lead_id=event.lead_id,
            # Due for a paused endpoint too: the worker looks whether it is paused when it comes to it.
            state=Leased.State.DUE,
            due_at=draft.moment,
            created_at=draft.moment,
        )
        for event in events
        for endpoint in draft.state.catalogue.listeners(
            event.kind, is_test=event.is_test, api_key=draft.actor.api_key_id
        )
    ]
    insert_rows(deliveries)


def _further(draft: Draft) -> list[str]:
    return draft.events + (["checklist.answered"] if draft.answers else [])


def _event(draft: Draft, entry: Entry, kind: str) -> Event:
    """Thin but telling: what changed and by whom; whoever needs more reads the lead."""
    return Event(
        workspace=draft.state.workspace,
        kind=kind,
        lead_id=draft.lead.pk,
        entry_id=entry.pk,
        api_key_id=draft.actor.api_key_id,
        is_test=draft.lead.is_test,
        payload={
            "version": draft.lead.version,
            "externalId": draft.lead.external_id or None,
            "summary": entry.summary,
            "changes": entry.changes,
            "actor": {"kind": entry.actor_kind, "name": entry.actor_name, "door": entry.door},
        },
        created_at=draft.moment,
    )
