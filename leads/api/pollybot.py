"""PollyBot's endpoints. The order of checks: key, rate, lead, body, email."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from leadhub.web.ratelimit import Allowance
from leads.api.credentials import bearer_of
from leads.api.view import DialectView, Reply, Voice
from leads.change import ById
from leads.changes import apply_change
from leads.queries.catalogue import load_catalogue
from leads.queries.find import find_lead
from leads.voices import pollybot as voice

_HOUR = 3600


class PollyBotView(DialectView):
    dialect = "pollybot"
    voice: ClassVar[Voice] = voice

    def credential(self, request: HttpRequest) -> str:
        return bearer_of(request)

    def rate(self) -> tuple[int, int]:
        return self.workspace.pollybot_rate_per_hour, _HOUR

    def rate_headers(self, allowance: Allowance) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(allowance.limit),
            "X-RateLimit-Remaining": str(allowance.remaining),
            "X-RateLimit-Used": str(allowance.used),
            "X-RateLimit-Reset": str(allowance.reset_at),
        }


class LeadView(PollyBotView):
    """`/api/v1/leads/{leadId}`"""

    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        data = voice.show_lead(lead, load_catalogue(self.workspace))
        return self.read(Reply({"success": True, "data": data}, lead_id=lead.pk))

    def put(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        def work() -> Reply:
            body = self.body
            outcome = apply_change(
                self.workspace,
                self.actor,
                ById(lead_id),
                lambda state: voice.read_update(body.object(), state),
            )
            data = voice.show_lead(outcome.lead, load_catalogue(self.workspace))
            ignored = voice.ignored_keys(body.object())
            return Reply({"success": True, "data": data}, lead_id=outcome.lead.pk, ignored=ignored)

        return self.write(work)
