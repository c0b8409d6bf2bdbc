"""Why a lead's values are what they are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from leads.api.hub.reference import OpenView
from leads.api.schema import described
from leads.api.view import Reply
from leads.change import ById
from leads.queries.find import find_lead
from leads.queries.log import why
from leads.voices.hub import why as voice


class WhyView(OpenView):
    """`/api/hub/leads/{lead_id}/why`"""

    @described(
        "explain_lead",
        "For each field: who set it, when, through which door, and what was refused.",
        answers={200: voice.WHY},
        about="Fields go by their paths, such as `email` and `/metadata/utm_source`. For any key with read.",
        tag="Reference",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        return self.read(Reply(voice.show_why(lead.pk, why(self.workspace, lead)), lead_id=lead.pk))
