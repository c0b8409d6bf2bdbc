"""The three ways in of Leadping's sources: a nested body, a flat one, and query parameters by GET."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse

from leads.api.leadping.view import LeadpingView, parameters
from leads.api.schema import described
from leads.api.view import Reply, Voice
from leads.change import LeadChange, NewLead
from leads.changes import apply_change
from leads.voices.leadping import schemas
from leads.voices.leadping.intake import INTAKE, INTAKE_WORDS, read_intake, read_query
from leads.voices.leadping.lead import CREATE, read_create


def _is_key(name: str) -> bool:
    return name.lower() == "sourcekey"


class CreationView(LeadpingView):
    creates = True
    security: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "sourceKey": {"type": "http", "scheme": "bearer"},
        "sourceKeyInHeader": {"type": "apiKey", "in": "header", "name": "X-Leadping-Source-Key"},
        "sourceKeyInQuery": {"type": "apiKey", "in": "query", "name": "sourceKey"},
    }
    scopes: ClassVar[Mapping[str, str]] = {"GET": "create", "POST": "create"}
    # A HEAD would fall to GET, which creates here.
    http_method_names = ("get", "post")  # type: ignore[assignment]

    def credential(self, request: HttpRequest) -> str:
        """Older sources send their key in a header of its own, or in the address."""
        in_query = next((request.GET[name] for name in request.GET if _is_key(name)), "")
        if in_query:
            # The address is kept in the request log, and a key must not be.
            pairs = parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True)
            shown = [(name, "*" if _is_key(name) else value) for name, value in pairs]
            request.META["QUERY_STRING"] = urlencode(shown, safe="*")
        return super().credential(request) or request.headers.get("X-Leadping-Source-Key", "") or in_query

    def take_in(self, change: LeadChange, ignored: list[str]) -> Reply:
        outcome = apply_change(self.workspace, self.actor, NewLead(), change)
        return self.shown(outcome, 201, ignored)


class LeadsView(CreationView):
    """`/leads`"""

    @described("Leads_CreateExternal", "Create a lead", body=CREATE.schema(), answers={201: schemas.LEAD})
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body
        return self.write(lambda: self.take_in(*read_create(body.object())))


class IntakeView(CreationView):
    """`/leads/intake`"""

    voice: ClassVar[Voice] = INTAKE_WORDS

    @described(
        "Leads_CreateIntakeFromQuery",
        "Create a lead from query parameters",
        about="It creates, although it is a GET. Names come in any case; SourceMetadata[name]=text, too.",
        parameters=parameters(schemas.INTAKE_QUERY),
        answers={201: schemas.LEAD},
        refusals=[409, 411, 413, 415, 422, 507],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """It creates, and answers 201, because sources that can only call an address need it so."""
        sent = {name: found for name, found in request.GET.lists() if not _is_key(name)}
        return self.write(lambda: self.take_in(*read_intake(read_query(sent))))

    @described(
        "Leads_CreateIntake",
        "Create a lead from a flat body",
        body=INTAKE.schema(),
        answers={201: schemas.LEAD},
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body
        return self.write(lambda: self.take_in(*read_intake(body.object())))
