"""What webhooks were told: the log, sending again, and a test."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.api.hub.view import LIMIT, HubView, shown_page
from leads.api.schema import described, query
from leads.api.view import Reply
from leads.change import ById
from leads.changes.endpoints import find_endpoint
from leads.errors import Invalid, Problem
from leads.outbox import log
from leads.queries.find import find_lead
from leads.voices.hub import deliveries as voice
from leads.voices.hub.kinds import ID, one_of

_STATE: Final = query("state", one_of(voice.STATES), "Only those that stand so.")
_CURSOR: Final = query("cursor", ID, "The `next` of the page before.")
_ADMIN: Final = dict.fromkeys(("GET", "HEAD", "POST"), "admin")


class _DeliveriesView(HubView):
    scopes = _ADMIN


class DeliveriesView(_DeliveriesView):
    """`/api/hub/webhooks/{webhook_id}/deliveries`"""

    @described(
        "list_deliveries",
        "What a webhook was told, and how it answered, newest first.",
        answers={200: voice.DELIVERIES},
        parameters=[_STATE, LIMIT, _CURSOR],
        tag="Webhooks",
    )
    def get(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        self.only_parameters("state", "limit", "cursor")
        limit, state = self.limit(), self.request.query_params.get("state", "")
        if state and state not in voice.STATES:
            message = _("There is no such state.")
            raise Invalid([Problem("state", "invalid_choice", message, state, voice.STATES)])
        endpoint = find_endpoint(self.workspace, webhook_id)
        rows = log.deliveries_of_endpoint(
            self.workspace, endpoint.pk, state=state, before=self._before(), limit=limit + 1
        )
        following = str(rows[limit - 1].pk) if len(rows) > limit else None
        shown = [voice.show_delivery(row) for row in rows[:limit]]
        return self.read(Reply(shown_page(shown, following)))

    def _before(self) -> UUID | None:
        raw = self.request.query_params.get("cursor")
        known = parse_id(raw) if raw is not None else None
        if raw is not None and known is None:
            message = _("Send the next of the page before, as it was.")
            raise Invalid([Problem("cursor", "invalid_cursor", message, raw)])
        return known


class LeadDeliveriesView(_DeliveriesView):
    """`/api/hub/leads/{lead_id}/deliveries`"""

    @described(
        "list_lead_deliveries",
        "What was told to whom about a lead, newest first.",
        answers={200: voice.DELIVERIES},
        parameters=[LIMIT],
        tag="Webhooks",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        self.only_parameters("limit")
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        rows = log.deliveries_of_lead(self.workspace, lead.pk, self.limit())
        return self.read(Reply(shown_page([voice.show_delivery(row) for row in rows], None), lead_id=lead.pk))


class DeliveryView(_DeliveriesView):
    """`/api/hub/deliveries/{delivery_id}`"""

    @described(
        "get_delivery",
        "One delivery with its latest attempts.",
        answers={200: voice.DELIVERY},
        tag="Webhooks",
    )
    def get(self, request: HttpRequest, delivery_id: str) -> HttpResponse:
        return self.read(Reply(voice.show_delivery(log.find_delivery(self.workspace, delivery_id))))


class ReplayView(_DeliveriesView):
    """`/api/hub/deliveries/{delivery_id}/replay`"""

    @described(
        "replay_delivery",
        "Send it again, under the same id.",
        answers={200: voice.DELIVERY},
        tag="Webhooks",
    )
    def post(self, request: HttpRequest, delivery_id: str) -> HttpResponse:
        return self.order(lambda: Reply(voice.show_delivery(log.replay(self.workspace, delivery_id))))


class ReplayFailedView(_DeliveriesView):
    """`/api/hub/webhooks/{webhook_id}/replay`"""

    @described(
        "replay_failed_deliveries",
        "Send everything again that a webhook was not told.",
        answers={200: voice.REPLAYED},
        tag="Webhooks",
    )
    def post(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        return self.order(lambda: Reply({"replayed": log.replay_failed(self.workspace, webhook_id)}))


class TestView(_DeliveriesView):
    """`/api/hub/webhooks/{webhook_id}/test`"""

    @described(
        "send_test_delivery",
        "Send a test that concerns no lead.",
        answers={201: voice.DELIVERY},
        tag="Webhooks",
    )
    def post(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        return self.order(lambda: Reply(voice.show_delivery(log.send_test(self.workspace, webhook_id)), 201))
