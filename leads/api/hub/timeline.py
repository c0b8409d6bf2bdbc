"""What happened to a lead, and who else it may be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from leads.api.hub.view import CURSOR, LIMIT, HubView, shown_page
from leads.api.schema import described, query
from leads.api.view import Reply
from leads.change import ById
from leads.matching import matching_leads
from leads.queries.find import find_lead
from leads.queries.log import load_log
from leads.voices.hub import story
from leads.voices.hub.kinds import TEXT


class TimelineView(HubView):
    """`/api/hub/leads/{lead_id}/timeline`"""

    @described(
        "list_lead_timeline",
        "What happened to a lead, newest first.",
        answers={200: story.TIMELINE},
        parameters=[
            query("kinds", TEXT, "Only these kinds of entries (`updated`) and actions (`CALL`), by commas."),
            LIMIT,
            CURSOR,
        ],
        about="Entries say what was changed, from what to what; actions what is or was to be done. The story "
        "of a lead that was merged in is told with it.",
        tag="Timeline",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        self.only_parameters("kinds", "limit", "cursor")
        params, limit = self.request.query_params, self.limit()
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        kinds = [kind for kind in params.get("kinds", "").split(",") if kind]
        page = self.parameter(
            "cursor",
            lambda: load_log(self.workspace, lead, after=params.get("cursor"), limit=limit, kinds=kinds),
        )
        lines = [story.show_line(line) for line in page.lines]
        return self.read(Reply(shown_page(lines, page.next), lead_id=lead.pk))


class MatchesView(HubView):
    """`/api/hub/leads/{lead_id}/matches`"""

    @described(
        "list_lead_matches",
        "Other leads with the same phone or email.",
        answers={200: story.MATCHES},
        tag="Merging",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        matches = [story.show_match(match) for match in matching_leads(self.workspace, lead)]
        return self.read(Reply({"data": matches}, lead_id=lead.pk))
