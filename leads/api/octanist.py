"""Octanist's endpoints. A PATCH goes to the collection: its body says which lead is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from leadhub.workspaces.clock import now
from leads.api.schema import described, query
from leads.api.view import DialectView, Reply, Voice
from leads.change import ByEmail, ById, ByPhone, LeadChange, NewLead, Outcome
from leads.changes import apply_change, apply_to_all
from leads.errors import Ambiguous, NotFound
from leads.queries.catalogue import load_catalogue
from leads.queries.comparisons import condition_of
from leads.queries.filters import LeadFilter
from leads.queries.find import find_lead
from leads.queries.lists import number_leads
from leads.queries.tally import tally_leads
from leads.state import LeadState
from leads.validation import clean
from leads.voices import octanist as voice
from leads.voices.octanist import ERROR


class OctanistView(DialectView):
    dialect = "octanist"
    voice: ClassVar[Voice] = voice
    security: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-API-KEY"}
    }
    error_schema: ClassVar[Mapping[str, Any]] = ERROR
    found: UUID | None = None

    def lead_in_question(self) -> UUID | None:
        """A body names the lead, so it is known once it was found."""
        return self.found or super().lead_in_question()

    def credential(self, request: HttpRequest) -> str:
        return request.headers.get("X-API-KEY", "").strip()


class CheckView(OctanistView):
    """`/api/check`: a working key is all it asks for, and nothing but success is all it says."""

    scopes: ClassVar[Mapping[str, str]] = {"POST": ""}

    @described("check", "Check a key", answers={200: voice.CHECKED})
    def post(self, request: HttpRequest) -> HttpResponse:
        return self.read(Reply({"success": True}))


class LeadsView(OctanistView):
    """`/api/leads`"""

    @described(
        "getLeads",
        "List leads",
        answers={200: voice.PAGE},
        parameters=[query(name, schema, about) for name, (schema, about) in voice.QUERY.items()],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = voice.read_query(request.GET.dict())
        filters = LeadFilter(
            wanted.filters,
            workspace=self.workspace,
            tests=self.actor.tests,
            also=condition_of(wanted.comparisons),
        )
        filters.settle()
        page = number_leads(self.workspace, filters, page=wanted.page, limit=wanted.limit, order=wanted.order)
        data = voice.show_page(page, wanted, load_catalogue(self.workspace))
        return self.read(Reply(voice.answer(data, self.setting, voice.show_pagination(page))))

    @described("createLead", "Create a lead", body=voice.CREATE.schema(), answers={201: voice.CREATED})
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            lead = apply_change(self.workspace, self.actor, NewLead(), voice.read_create(sent)).lead
            data = voice.answer(voice.show_created(lead), self.setting)
            return Reply(data, 201, lead.pk, voice.ignored_on_create(sent))

        return self.write(work)

    @described(
        "updateLead",
        "Update the lead that the body names",
        body=voice.UPDATE.schema(),
        answers={200: voice.UPDATED},
        refusals=[404],
    )
    def patch(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            outcomes = self.update(voice.read_where(sent), sent)
            newest = outcomes[0]
            data = voice.answer(voice.show_updated(outcomes), self.setting)
            return Reply(data, lead_id=newest.lead.pk, ignored=voice.ignored_on_update(sent, newest))

        return self.write(work)

    def update(self, where: ById | ByEmail | ByPhone, sent: Mapping[str, object]) -> Sequence[Outcome]:
        def read(state: LeadState) -> LeadChange:
            self.found = state.lead.pk
            return voice.read_update(sent, state)

        try:
            if self.workspace.allow_bulk_update and not isinstance(where, ById):
                return apply_to_all(self.workspace, self.actor, where, read)
            return [apply_change(self.workspace, self.actor, where, read)]
        except (NotFound, Ambiguous):
            # They judge the values before they look for the lead, so bad values are told of first.
            clean(voice.read_update(sent), self.workspace)
            raise


class LeadView(OctanistView):
    """`/api/leads/{id}`"""

    @described("getLead", "Get a lead", answers={200: voice.ONE})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        shown = voice.show_lead(lead, load_catalogue(self.workspace))
        return self.read(Reply(voice.answer(shown, self.setting), lead_id=lead.pk))


class StatsView(OctanistView):
    """`/api/stats`: a question, although it comes by POST and wants a body even when it says nothing."""

    scopes: ClassVar[Mapping[str, str]] = {"POST": "read"}

    @described("getStats", "Count leads of a period", body=voice.STATS.schema(), answers={200: voice.FIGURES})
    def post(self, request: HttpRequest) -> HttpResponse:
        period = voice.read_period(self.body.object(), now())
        tallies = tally_leads(self.workspace, period.since, period.until, tests=self.actor.tests)
        return self.read(Reply(voice.answer(voice.show_stats(tallies, period), self.setting)))
