"""The event rows of a change, in its transaction: one per fact, and one delivery per listening endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from leadhub.workspaces.clock import now
from leadhub.workspaces.models import Workspace
from leadhub.workspaces.rows import insert_rows
from leads.change import Actor
from leads.changes.draft import Draft
from leads.models import Entry, Event, Lead, WebhookDelivery
from leads.models.outbox import Leased
from leads.queries.catalogue import load_catalogue


def store_events(draft: Draft, entry: Entry, *, created: bool) -> None:
    if not draft.actor.is_quiet:
        send(draft.state.workspace, events_of(draft, entry, created=created))


def events_of(draft: Draft, entry: Entry, *, created: bool) -> list[Event]:
    kinds = dict.fromkeys(["lead.created" if created else "lead.updated", *_further(draft)])
    return [_event(draft, entry, kind) for kind in kinds]


def announce(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    payload: Mapping[str, object],
    *,
    lead: Lead | None = None,
) -> Event:
    """An event that is no change of a lead, such as import.finished; in the caller's transaction."""
    event = Event(
        workspace=workspace,
        kind=kind,
        lead_id=lead.pk if lead else None,
        api_key_id=actor.api_key_id,
        is_test=lead.is_test if lead else bool(actor.tests),
        payload={**payload, "actor": {"kind": actor.kind, "name": actor.name, "door": actor.door}},
        created_at=now(),
    )
    send(workspace, [event])
    return event


def send(workspace: Workspace, events: list[Event]) -> None:
    """Store the events, with a delivery for each endpoint that listens."""
    insert_rows(events)
    catalogue = load_catalogue(workspace)
    deliveries = [
        WebhookDelivery(
            workspace=workspace,
            endpoint=endpoint,
            event=event,
            lead_id=event.lead_id,
            # Due for a paused endpoint too: the worker looks whether it is paused when it comes to it.
            state=Leased.State.DUE,
            due_at=event.created_at,
            created_at=event.created_at,
        )
        for event in events
        for endpoint in catalogue.listeners(event.kind, is_test=event.is_test, api_key=event.api_key_id)
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
            **draft.event_data.get(kind, {}),
        },
        created_at=draft.moment,
    )
