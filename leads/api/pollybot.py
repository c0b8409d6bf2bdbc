"""PollyBot's endpoints, flat and under their chatbot. The order of checks: key, rate, lead, body, email."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view

from leadhub.web.envelopes import Failed
from leadhub.web.ratelimit import Allowance
from leads.api.credentials import bearer_of
from leads.api.schema import described, query
from leads.api.view import DialectView, Reply, Voice
from leads.change import ById, LeadChange, NewLead
from leads.changes import apply_change
from leads.models import Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.find import find_lead
from leads.queries.lists import number_leads
from leads.voices import pollybot as voice
from leads.voices.pollybot import ERROR, RATE_HEADERS

_HOUR = 3600


class PollyBotView(DialectView):
    dialect = "pollybot"
    voice: ClassVar[Voice] = voice
    error_schema: ClassVar[Mapping[str, Any]] = ERROR
    answer_headers: ClassVar[Mapping[str, Mapping[str, Any]]] = RATE_HEADERS

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

    def require_chatbot(self, chatbot_id: str | None) -> None:
        """A path may name the workspace; another one is not found, whether it exists or not."""
        if chatbot_id is not None and chatbot_id != voice.workspace_ref(self.workspace.pk):
            message = _("This key knows no such chatbot; use the workspaceId that every lead shows.")
            raise Failed(404, "chatbot_not_found", message)

    def reply(self, lead: Lead, status: int = 200, sent: Mapping[str, object] | None = None) -> Reply:
        data = voice.show_lead(lead, load_catalogue(self.workspace))
        return Reply({"success": True, "data": data}, status, lead.pk, voice.ignored_keys(sent or {}, data))


def _of_leads(name: str, where: str) -> dict[str, Any]:
    """The same endpoints at two paths, each an operation with its own name."""
    return {
        "get": described(
            f"list{name}s",
            f"List leads{where}, newest first",
            answers={200: voice.PAGE},
            parameters=[query(key, schema, about) for key, (schema, about) in voice.QUERY.items()],
        ),
        "post": described(
            f"create{name}", f"Create a lead{where}", body=voice.CREATE.schema(), answers={201: voice.ONE}
        ),
    }


def _of_lead(name: str, where: str) -> dict[str, Any]:
    return {
        "get": described(f"get{name}", f"Get a lead{where}", answers={200: voice.ONE}),
        "put": described(
            f"update{name}", f"Update a lead{where}", body=voice.UPDATE.schema(), answers={200: voice.ONE}
        ),
        "delete": described(f"delete{name}", f"Delete a lead{where}", answers={200: voice.DELETED}),
    }


@extend_schema_view(**_of_leads("Lead", ""))
class LeadsView(PollyBotView):
    """`/api/v1/leads`"""

    def get(self, request: HttpRequest, chatbot_id: str | None = None) -> HttpResponse:
        self.require_chatbot(chatbot_id)
        wanted = voice.read_query(request.GET.dict())
        page = number_leads(
            self.workspace, wanted.filters, page=wanted.page, limit=wanted.limit, tests=self.actor.tests
        )
        return self.read(Reply(voice.show_page(page, load_catalogue(self.workspace))))

    def post(self, request: HttpRequest, chatbot_id: str | None = None) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_chatbot(chatbot_id)
            sent = body.object()
            lead = apply_change(self.workspace, self.actor, NewLead(), voice.read_create(sent)).lead
            return self.reply(lead, 201, sent)

        return self.write(work)


@extend_schema_view(**_of_lead("Lead", ""))
class LeadView(PollyBotView):
    """`/api/v1/leads/{leadId}`"""

    def get(self, request: HttpRequest, lead_id: str, chatbot_id: str | None = None) -> HttpResponse:
        self.require_chatbot(chatbot_id)
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        return self.read(self.reply(lead))

    def put(self, request: HttpRequest, lead_id: str, chatbot_id: str | None = None) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_chatbot(chatbot_id)
            outcome = apply_change(
                self.workspace,
                self.actor,
                ById(lead_id),
                lambda state: voice.read_update(body.object(), state),
            )
            return self.reply(outcome.lead, sent=body.object())

        return self.write(work)

    def delete(self, request: HttpRequest, lead_id: str, chatbot_id: str | None = None) -> HttpResponse:
        """For good, as far as any door can see. Never follows a merged lead to its survivor."""

        def work() -> Reply:
            self.require_chatbot(chatbot_id)
            where = ById(lead_id, follows=False)
            lead = apply_change(self.workspace, self.actor, where, LeadChange(delete=True)).lead
            return Reply(voice.show_deleted(lead), lead_id=lead.pk)

        return self.write(work)


@extend_schema_view(**_of_leads("ChatbotLead", " of a chatbot"))
class ChatbotLeadsView(LeadsView):
    """`/api/v1/chatbots/{chatbotId}/leads`"""


@extend_schema_view(**_of_lead("ChatbotLead", " of a chatbot"))
class ChatbotLeadView(LeadView):
    """`/api/v1/chatbots/{chatbotId}/leads/{leadId}`"""
