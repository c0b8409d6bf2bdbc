"""The workspace's webhooks, and the feed of events for those who missed some."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.web.envelopes import Failed
from leadhub.workspaces.ids import parse_id
from leads.api.hub.view import LIMIT, HubView
from leads.api.schema import described, query
from leads.api.view import Reply
from leads.changes.endpoints import (
    EVENTS,
    change_endpoint,
    create_endpoint,
    delete_endpoint,
    find_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
)
from leads.errors import Invalid, Problem
from leads.outbox.events import events_after, reaches_back_to, show_event
from leads.queries.workspace import webhooks_in
from leads.voices.hub import settings as voice
from leads.voices.hub.kinds import ID, TEXT, maybe, one_of, several, thing

_WEBHOOKS: Final = thing("Webhooks", {"data": several(voice.WEBHOOK), "events": several(TEXT)})
_EVENTS: Final = thing("Events", {"data": several(voice.EVENT), "next": maybe(ID)})
_SENT: Final = voice.webhook_sent(EVENTS)
_ADMIN: Final = dict.fromkeys(("GET", "HEAD", "POST", "PATCH", "DELETE"), "admin")


class _WebhookView(HubView):
    scopes = _ADMIN


class WebhooksView(_WebhookView):
    """`/api/hub/webhooks`"""

    @described(
        "list_webhooks",
        "The workspace's webhooks, and the events there are.",
        answers={200: _WEBHOOKS},
        tag="Webhooks",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [voice.show_webhook(row) for row in webhooks_in(self.workspace)]
        return self.read(Reply({"data": rows, "events": list(EVENTS)}))

    @described(
        "create_webhook",
        "A new webhook; its secret is told this once.",
        answers={201: voice.NEW_WEBHOOK},
        body=_SENT,
        about="Messages are signed as Standard Webhooks has it. A webhook does not hear of what the key that "
        "made it writes, unless `echoes` says so.",
        tag="Webhooks",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            values, _paused = voice.read_webhook(body.object(), None)
            row, secret = create_endpoint(self.workspace, self.actor, values)
            return Reply({**voice.show_webhook(row), "secret": secret}, 201)

        return self.write(work)


class WebhookView(_WebhookView):
    """`/api/hub/webhooks/{webhook_id}`"""

    @described("get_webhook", "One webhook.", answers={200: voice.WEBHOOK}, tag="Webhooks")
    def get(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        return self.read(Reply(voice.show_webhook(find_endpoint(self.workspace, webhook_id))))

    @described(
        "change_webhook",
        "Change a webhook; `state` pauses and resumes it.",
        answers={200: voice.WEBHOOK},
        body={
            **_SENT,
            "title": "WebhookPatch",
            "properties": {**_SENT["properties"], "state": one_of(("active", "paused"))},
        },
        tag="Webhooks",
    )
    def patch(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            row = find_endpoint(self.workspace, webhook_id)
            values, paused = voice.read_webhook(body.object(), row)
            if values:
                row = change_endpoint(self.workspace, self.actor, row.pk, values)
            if paused is not None:
                row = (pause_endpoint if paused else resume_endpoint)(self.workspace, self.actor, row.pk)
            return Reply(voice.show_webhook(row))

        return self.write(work)

    @described(
        "delete_webhook", "Delete a webhook and its log.", answers={204: "It is gone."}, tag="Webhooks"
    )
    def delete(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        def work() -> Reply:
            self.require_no_test_key()
            delete_endpoint(self.workspace, self.actor, webhook_id)
            return Reply(None, 204)

        return self.write(work)


class WebhookSecretView(_WebhookView):
    """`/api/hub/webhooks/{webhook_id}/secret`"""

    @described(
        "rotate_webhook_secret",
        "A new secret; for a day the old one signs along.",
        answers={200: voice.NEW_WEBHOOK},
        tag="Webhooks",
    )
    def post(self, request: HttpRequest, webhook_id: str) -> HttpResponse:
        def work() -> Reply:
            row, secret = rotate_secret(self.workspace, self.actor, webhook_id)
            return Reply({**voice.show_webhook(row), "secret": secret})

        return self.order(work)


class EventsView(HubView):
    """`/api/hub/events`"""

    @described(
        "list_events",
        "What webhooks were told in the last 30 days, oldest first.",
        answers={200: _EVENTS},
        parameters=[query("after", ID, "The id of the last event that is known."), LIMIT],
        refusals=(410,),
        about="Go on with `next`, the id of the last event; it is null when there is nothing new.",
        tag="Webhooks",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        self.only_parameters("after", "limit")
        limit, after = self.limit(), self._after()
        events = events_after(self.workspace, after, limit, tests=self.actor.tests)
        shown: list[dict[str, Any]] = [show_event(event) for event in events]
        return self.read(Reply({"data": shown, "next": shown[-1]["id"] if shown else None}))

    def _after(self) -> UUID | None:
        raw = self.request.query_params.get("after")
        if raw is None:
            return None
        after = parse_id(raw)
        if after is None:
            raise Invalid([Problem("after", "invalid_cursor", _("Send the id of an event."), raw)])
        if not _is_kept(after):
            message = _("Events are kept for 30 days; start again without after, and read the leads anew.")
            raise Failed(410, "events_gone", message)
        return after


def _is_kept(after: UUID) -> bool:
    """An id that no clock could have made says nothing of the past."""
    try:
        return reaches_back_to(after)
    except (ValueError, OverflowError, OSError):
        return True
