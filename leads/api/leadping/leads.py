"""A lead of Leadping's: read, merge, delete, archive, tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from leads.api.leadping.view import LeadpingView, parameters
from leads.api.schema import described
from leads.api.view import Reply, Voice
from leads.change import ById, LeadChange, Outcome, TagChange
from leads.changes import apply_change
from leads.models import Lead
from leads.queries.beside import with_beside
from leads.queries.catalogue import load_catalogue
from leads.queries.find import find_lead
from leads.queries.table import load_table
from leads.queries.tags import find_tag
from leads.state import LeadState
from leads.voices.leadping import schemas
from leads.voices.leadping.archive import ARCHIVE, ARCHIVE_WORDS, read_archive
from leads.voices.leadping.lead import UPDATE, Update, show_lead
from leads.voices.leadping.table import OPTIONS, OPTIONS_WORDS, read_options, show_page
from leads.voices.leadping.tags import LEAD_TAGS, LEAD_TAGS_WORDS, read_lead_tags


class LeadView(LeadpingView):
    """`/leads/{id}`"""

    @described("Leads_GetForCurrentUser", "Get a lead", answers={200: schemas.LEAD})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        rows = with_beside(Lead.objects.all())
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests, rows=rows)
        return self.read(Reply(show_lead(LeadState(self.workspace, lead).take(lead)), lead_id=lead.pk))

    @described(
        "Leads_Update",
        "Update a lead",
        about="Merges leaf by leaf: what is absent is kept, null clears a leaf, a null group is left alone.",
        body=UPDATE.schema(),
        answers={200: schemas.LEAD},
    )
    def put(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            update = Update(body.object(), lead_id)
            outcome = apply_change(self.workspace, self.actor, ById(lead_id), update.read)
            return self.shown(outcome, ignored=update.ignored)

        return self.write(work)

    @described("Leads_Delete", "Delete a lead", answers={204: "The lead is gone."})
    def delete(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        """Hidden from every door, and kept. Never follows a merged lead to its survivor."""

        def work() -> Reply:
            where = ById(lead_id, follows=False)
            lead = apply_change(self.workspace, self.actor, where, LeadChange(delete=True)).lead
            return Reply(None, 204, lead.pk)

        return self.write(work)


class LeadTableView(LeadpingView):
    """`/leads/all/my`: a list that is asked for by POST, so it only reads."""

    voice: ClassVar[Voice] = OPTIONS_WORDS
    scopes: ClassVar[Mapping[str, str]] = {"POST": "read"}

    @described(
        "Leads_GetAllForCurrentUser",
        "List leads",
        body=OPTIONS.schema(),
        parameters=parameters(schemas.LIST_QUERY),
        answers={200: schemas.PAGE},
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        query = request.GET
        tag_ids = [one for name in query if name.lower() == "tagids" for one in query.getlist(name)]
        asked, ignored = read_options(self.body.object(), query, tag_ids, self.workspace)
        page = load_table(self.workspace, asked, tests=self.actor.tests)
        shown = show_page(page, asked, self.workspace, load_catalogue(self.workspace))
        return self.read(Reply(shown, ignored=ignored))


class WorkflowView(LeadpingView):
    """`/leads/{id}/workflow-status`: no automation of theirs runs here."""

    @described(
        "Leads_GetWorkflowStatusForCurrentUser", "Get a lead's workflows", answers={200: schemas.WORKFLOW}
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)
        return self.read(Reply({"leadId": str(lead.pk), "runs": []}, lead_id=lead.pk))


class _PartView(LeadpingView):
    """A path under a lead that changes one side of it and answers the whole."""

    def change(self, lead_id: str, change: LeadChange, ignored: list[str] | None = None) -> Reply:
        def read(state: LeadState) -> LeadChange:
            state.gather()
            return change

        return self.shown(apply_change(self.workspace, self.actor, ById(lead_id), read), ignored=ignored)


class ArchiveView(_PartView):
    """`/leads/{id}/archive`: the body may be left out."""

    voice: ClassVar[Voice] = ARCHIVE_WORDS

    @described("Leads_Archive", "Archive a lead", body=ARCHIVE.schema(), answers={200: schemas.LEAD})
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            change, ignored = read_archive(body.object() if request.body else {})
            return self.change(lead_id, change, ignored)

        return self.write(work)


class UnarchiveView(_PartView):
    """`/leads/{id}/unarchive`"""

    @described("Leads_Unarchive", "Take a lead out of the archive", answers={200: schemas.LEAD})
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.write(lambda: self.change(lead_id, LeadChange(unarchive=True)))


class LeadTagsView(_PartView):
    """`/leads/{id}/tags`: POST adds, PUT makes them the whole set."""

    voice: ClassVar[Voice] = LEAD_TAGS_WORDS

    @described("Leads_AddTags", "Add tags", body=LEAD_TAGS.schema(), answers={200: schemas.LEAD})
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.tag(lead_id, replace=False)

    @described("Leads_ReplaceTags", "Replace all tags", body=LEAD_TAGS.schema(), answers={200: schemas.LEAD})
    def put(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.tag(lead_id, replace=True)

    def tag(self, lead_id: str, *, replace: bool) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            change, ignored = read_lead_tags(body.object(), replace=replace)
            return self.change(lead_id, change, ignored)

        return self.write(work)


class LeadTagView(_PartView):
    """`/leads/{id}/tags/{tagId}`: a tag that the lead does not carry is off it already."""

    scopes: ClassVar[Mapping[str, str]] = {"DELETE": "write"}

    @described("Leads_RemoveTag", "Remove a tag", answers={200: schemas.LEAD})
    def delete(self, request: HttpRequest, lead_id: str, tag_id: str) -> HttpResponse:
        def work() -> Reply:
            def read(state: LeadState) -> LeadChange:
                tag = find_tag(self.workspace, tag_id)
                state.gather()
                return LeadChange(tags=TagChange(remove=(tag.pk,)))

            outcome: Outcome = apply_change(self.workspace, self.actor, ById(lead_id), read)
            return self.shown(outcome)

        return self.write(work)
