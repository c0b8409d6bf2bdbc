"""Leads: listed, made, read, changed, deleted, archived and taken out again."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from leads.api.hub.bulk import BULK, BULK_ANSWER, change_many
from leads.api.hub.conditions import is_known, require_match
from leads.api.hub.view import CHANGED, CURSOR, IF_MATCH, LIMIT, HubView, lead_reply
from leads.api.schema import described, header, query
from leads.api.view import Reply
from leads.change import ById, LeadChange, NewLead
from leads.changes import apply_change
from leads.errors import Invalid, Problem
from leads.matching import matching_leads
from leads.queries.filter_rules import ME
from leads.queries.filters import LeadFilter
from leads.queries.lists import NEWEST, ORDERS, Shown, count_leads, list_leads
from leads.queries.log import load_log
from leads.state import LeadState
from leads.values import clean_boolean, clean_choice
from leads.voices.hub import definitions, story
from leads.voices.hub.kinds import FLAG, TEXT, WHOLE, maybe, page_of, thing
from leads.voices.hub.lead import LEAD, ROW, WRITE, etag_of, read_change, read_create, show_lead, show_row
from leads.voices.hub.life import ARCHIVE_SENT

_COUNT: Final = thing(
    "Count", {"number": WHOLE, "is_more": {**FLAG, "description": "Nobody counted further."}}
)
_PAGE: Final = page_of("Leads", ROW, count=maybe(_COUNT))
_OWN: Final = ("limit", "cursor", "sort", "answers", "count")
_INCLUDES: Final = ("checklist", "timeline", "matches")
_FULL: Final = {
    **LEAD,
    "title": "FullLead",
    "properties": {
        **LEAD["properties"],
        "checklist": definitions.LEAD_CHECKLIST,
        "timeline": story.TIMELINE,
        "matches": story.MATCHES["properties"]["data"],
    },
}
FILTERS: Final = {
    "search": "Words in names, business, emails, phones, external id.",
    "stage": "One or several, separated by commas.",
    "disposition": "Outcomes, separated by commas.",
    "assignee": "Ids of members, or `none`.",
    "assignee_type": "AI_AGENT or HUMAN_AGENT.",
    "source": "Repeat it for several.",
    "tag": "Any of these, by name or id.",
    "tag_all": "All of these.",
    "untagged": "true or false.",
    "archived": "active (the default), archived or all.",
    "created_from": "A day, a moment, or days from today such as -7d.",
    "created_to": "A day, a moment, or days from today, inclusive.",
    "updated_from": "A day, a moment, or days from today such as -7d.",
    "updated_to": "A day, a moment, or days from today, inclusive.",
    "qualified_from": "A day, a moment, or days from today such as -7d.",
    "qualified_to": "A day, a moment, or days from today, inclusive.",
    "next_action_from": "A day, a moment, or days from today such as -7d.",
    "next_action_to": "A day, a moment, or days from today, inclusive.",
    "has_next_action": "true or false.",
    "value_from": "A number.",
    "value_to": "A number.",
    "currency": "Three letters.",
    "external_id": "Exactly.",
    "email": "Exactly, further ones included.",
    "phone": "The same number in any format.",
    "import_batch": "The id of an import.",
}
_EXAMPLE: Final = {
    "first_name": "Ana",
    "last_name": "Example",
    "email": "ana@example.org",
    "phone": "(415) 555-2671",
    "tags": ["VIP"],
    "metadata": {"utm_source": "newsletter"},
}
_CREATE: Final = {**WRITE.schema(), "title": "LeadCreate", "examples": [_EXAMPLE]}
_PATCH: Final = {**WRITE.schema(), "examples": [{"phone": None, "address": {"city": "Berlin"}}]}


class LeadsView(HubView):
    """`/api/hub/leads`"""

    @described(
        "list_leads",
        "Leads, filtered, page by page.",
        answers={200: _PAGE},
        parameters=[
            *(query(name, TEXT, about) for name, about in FILTERS.items()),
            query("sort", {"type": "string", "enum": list(ORDERS), "default": NEWEST}, "The order."),
            query("answers", TEXT, "Codes of checklist items whose answers each row shows."),
            query("count", FLAG, "Count them too, up to 10,000."),
            LIMIT,
            CURSOR,
        ],
        about="Besides these filters there are `metadata.<key>` and `answer.<code>`. `next` asks for more.",
        tag="Leads",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        params = self.request.query_params
        filters = LeadFilter(self._filters(), workspace=self.workspace, tests=self.actor.tests)
        filters.settle()
        codes = [code for code in params.get("answers", "").split(",") if code]
        order = self.parameter("sort", lambda: clean_choice(params.get("sort", NEWEST), ORDERS))
        limit = self.limit()
        page = self.parameter(
            "cursor",
            lambda: list_leads(
                self.workspace,
                filters,
                order=order,
                after=params.get("cursor"),
                limit=limit,
                tests=self.actor.tests,
                shown=Shown(answers=codes),
            ),
        )
        rows = [
            show_row(
                LeadState(self.workspace, row.lead),
                [tag.name for tag in row.tags],
                {code: row.answers.get(code) for code in codes} if codes else None,
            )
            for row in page.rows
        ]
        return self.read(Reply({"data": rows, "next": page.next, "count": self._count(filters)}))

    def _filters(self) -> Any:
        """The parameters that pick leads."""
        found = self.request.query_params.copy()
        for name in _OWN:
            found.pop(name, None)
        refuse_personal(found)
        return found

    def _count(self, filters: LeadFilter) -> dict[str, Any] | None:
        raw = self.request.query_params.get("count", "false")
        if not self.parameter("count", lambda: clean_boolean(raw, words=True)):
            return None
        count = count_leads(self.workspace, filters, tests=self.actor.tests)
        return {"number": count.number, "is_more": count.is_more}

    @described("create_lead", "A new lead.", answers={201: LEAD}, body=_CREATE, tag="Leads")
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            outcome = apply_change(self.workspace, self.actor, NewLead(), read_create(sent))
            return lead_reply(outcome, 201)

        return self.write(work)

    @described(
        "change_leads",
        "Change up to 500 leads, each by itself.",
        answers={200: BULK_ANSWER},
        body=BULK,
        about="Each item is a change of its own and has its own result. With `atomic`, all or none are made.",
        tag="Leads",
    )
    def patch(self, request: HttpRequest) -> HttpResponse:
        body = self.body
        return self.write(lambda: change_many(self.workspace, self.actor, body.object()))


def refuse_personal(filters: MultiValueDict[str, str]) -> None:
    """A key is nobody's desk, and deleted leads are for people."""
    if "deleted" in filters:
        message = _("There is no filter of this name.")
        raise Invalid([Problem("deleted", "unknown_field", message, "deleted")])
    if ME in ",".join(filters.getlist("assignee")).split(","):
        message = _("Name members by their ids, or none.")
        raise Invalid([Problem("assignee", "invalid_choice", message, ME)])


class LeadView(HubView):
    """`/api/hub/leads/{lead_id}`"""

    @described(
        "get_lead",
        "One lead.",
        answers={200: _FULL, 304: "The lead is as the caller knows it."},
        parameters=[
            header("If-None-Match", TEXT, "The ETag of what the caller has."),
            query(
                "include",
                {"type": "string", "examples": ["checklist,timeline"]},
                "Any of checklist, timeline and matches, separated by commas.",
            ),
        ],
        about="The ETag stands for the lead's own state; with `include` the answer is always sent whole.",
        tag="Leads",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        self.only_parameters("include")
        wanted = self._includes()
        state = self.load(lead_id)
        tag = {"ETag": etag_of(state.lead)}
        if not wanted and is_known(self.request.headers.get("If-None-Match"), state.lead):
            return HttpResponse(status=304, headers=tag)
        shown = {**show_lead(state), **self._included(state, wanted)}
        return self.read(Reply(shown, lead_id=state.lead.pk, headers=tag))

    def _includes(self) -> list[str]:
        words = [word for word in self.request.query_params.get("include", "").split(",") if word]
        return self.parameter("include", lambda: [clean_choice(word, _INCLUDES) for word in words])

    def _included(self, state: LeadState, wanted: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "checklist" in wanted:
            found["checklist"] = definitions.show_lead_checklist(state)
        if "timeline" in wanted:
            page = load_log(self.workspace, state.lead)
            found["timeline"] = {"data": [story.show_line(line) for line in page.lines], "next": page.next}
        if "matches" in wanted:
            matches = matching_leads(self.workspace, state.lead, contact_points=state.contact_points)
            found["matches"] = [story.show_match(match) for match in matches]
        return found

    @described(
        "change_lead",
        "Change a lead (JSON Merge Patch).",
        answers=CHANGED,
        body={"application/merge-patch+json": _PATCH, "application/json": _PATCH},
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Leads",
    )
    def patch(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.change(ById(lead_id), read_change)

    @described(
        "delete_lead",
        "Delete a lead.",
        answers={204: "It is gone from every door."},
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Leads",
    )
    def delete(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        """Never follows a merged lead to its survivor."""
        header = self.request.headers.get("If-Match")

        def work() -> Reply:
            def read(state: LeadState) -> LeadChange:
                require_match(header, state)
                return LeadChange(delete=True)

            outcome = apply_change(self.workspace, self.actor, ById(lead_id, follows=False), read)
            return Reply(None, 204, outcome.lead.pk)

        return self.write(work)


class ArchiveView(HubView):
    """`/api/hub/leads/{lead_id}/archive`"""

    @described(
        "archive_lead",
        "Archive a lead.",
        answers=CHANGED,
        body={**ARCHIVE_SENT, "type": "object", "title": "ArchiveRequest", "examples": [{"reason": 3}]},
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Leads",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.change(
            ById(lead_id), lambda body, state: read_change({"archive": body}, state), strip="archive."
        )


class RestoreView(HubView):
    """`/api/hub/leads/{lead_id}/restore`"""

    @described(
        "restore_lead",
        "Take a lead out of the archive.",
        answers=CHANGED,
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Leads",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.change(ById(lead_id), lambda _body, _state: LeadChange(unarchive=True), has_body=False)
