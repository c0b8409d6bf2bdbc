"""A workspace's dispositions, call outcomes and webhooks, held in the process until one of them changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from leadhub.workspaces.models import Workspace
from leads.models import CallOutcome, Disposition, Lead, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Catalogue:
    dispositions: Mapping[UUID, Disposition]
    call_outcomes: Mapping[str, CallOutcome]
    endpoints: tuple[WebhookEndpoint, ...]

    def default_of(self, stage: str) -> Disposition | None:
        for disposition in self.dispositions.values():
            if disposition.is_default and disposition.stage == stage:
                return disposition
        return None

    def by_outcome(self, outcome: str) -> Disposition | None:
        for disposition in self.dispositions.values():
            if disposition.outcome == outcome:
                return disposition
        return None

    def stage_of(self, lead: Lead) -> str:
        """The lead's own row is asked where its disposition is newer than what is held here."""
        return (self.dispositions.get(lead.disposition_id) or lead.disposition).stage

    def of_stages(self, stages: frozenset[str]) -> list[UUID]:
        return [key for key, disposition in self.dispositions.items() if disposition.stage in stages]

    @property
    def broken(self) -> list[WebhookEndpoint]:
        """Paused because nothing was taken any more, or disabled by the receiver; a member's pause has no
        reason."""
        return [row for row in self.endpoints if row.disabled_at or (row.paused_at and row.paused_reason)]

    def listeners(self, event: str, *, is_test: bool, api_key: UUID | None) -> list[WebhookEndpoint]:
        """Who is to be told of an event. A writer does not hear its own echo unless it asked to."""
        return [
            endpoint
            for endpoint in self.endpoints
            if event in endpoint.events
            and endpoint.disabled_at is None
            and (endpoint.with_test_leads or not is_test)
            and (endpoint.echoes or api_key is None or endpoint.api_key_id != api_key)
        ]


def load_catalogue(workspace: Workspace) -> Catalogue:
    """Cached by the token that every change of the catalogue renews. The rows are shared: leave them be."""
    return _load(workspace.pk, workspace.catalogue_token)


@lru_cache(maxsize=256)
def _load(workspace_id: UUID, token: UUID) -> Catalogue:
    dispositions = Disposition.objects.filter(workspace=workspace_id).order_by("order", "outcome")
    outcomes = CallOutcome.objects.filter(workspace=workspace_id).order_by("order", "slug")
    endpoints = WebhookEndpoint.objects.filter(workspace=workspace_id).order_by("id")
    return Catalogue(
        {row.pk: row for row in dispositions},
        {row.slug: row for row in outcomes},
        tuple(endpoints),
    )
