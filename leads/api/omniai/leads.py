"""A lead: created, changed, read whole or in parts, given items of its own and activity from elsewhere."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.api.omniai.door import OmniAIView
from leads.api.schema import described, query
from leads.api.view import Reply
from leads.change import ById, NewLead, Outcome
from leads.changes import apply_change
from leads.changes.activity import log_activity
from leads.changes.one_offs import add_one_off_item
from leads.errors import Malformed, Problem
from leads.models import Lead
from leads.queries.documents import documents_of
from leads.queries.find import find_lead
from leads.queries.full import full_lead_of, load_full_lead
from leads.queries.log import LogPage, load_log
from leads.state import LeadState
from leads.voices import omniai as voice

_MOST_LINES = 1000


class LeadsView(OmniAIView):
    """`/api/v1/leads`"""

    @described("createLead", "Create a lead", body=voice.CREATE.schema(), answers={200: voice.BUNDLE})
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            read = partial(voice.read_create, sent)
            outcome = apply_change(self.workspace, self.actor, NewLead(), read)
            return self._reply(outcome, voice.ignored_keys(sent, voice.CREATE))

        return self.write(work)

    @described(
        "updateLead",
        "Change what is sent of a lead",
        body=voice.UPDATE.schema(),
        answers={200: voice.BUNDLE},
        refusals=[404],
    )
    def put(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            where = ById(self.named_lead(sent))
            read = partial(voice.read_update, sent)
            outcome = apply_change(self.workspace, self.actor, where, read)
            return self._reply(outcome, voice.ignored_keys(sent, voice.UPDATE))

        return self.write(work)

    def _reply(self, outcome: Outcome, ignored: list[str]) -> Reply:
        full = full_lead_of(outcome.state)
        shown = voice.show_bundle(full, self.link, created=outcome.created)
        problems = tuple(answer.problem for answer in outcome.answers if answer.problem)
        return Reply(shown, lead_id=outcome.lead.pk, ignored=ignored, problems=problems)


class LeadView(OmniAIView):
    """`/api/v1/leads/{leadId}`, also of a deleted lead, which says so."""

    @described("getLead", "A lead with everything", answers={200: voice.WHOLE})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        full = load_full_lead(self.workspace, ById(lead_id), tests=self.actor.tests, deleted=True)
        return self.read(Reply(voice.show_whole(full, self.link), lead_id=full.lead.pk))


class PartOfLeadView(OmniAIView):
    def find(self, lead_id: str) -> Lead:
        return find_lead(self.workspace, ById(lead_id, deleted=True), tests=self.actor.tests)


class ChecklistView(PartOfLeadView):
    """`/api/v1/leads/{leadId}/checklist`"""

    @described("getLeadChecklist", "The checklist of a lead", answers={200: voice.CHECKLIST})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = self.find(lead_id)
        state = LeadState(self.workspace, lead)
        documents = documents_of(self.workspace, lead)
        groups = voice.show_checklist_at_length(state, documents, self.link)
        return self.read(Reply(groups, lead_id=lead.pk))


class LeadDocumentsView(PartOfLeadView):
    """`/api/v1/leads/{leadId}/documents`"""

    @described("getLeadDocuments", "The documents of a lead", answers={200: voice.DOCUMENTS})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = self.find(lead_id)
        documents = documents_of(self.workspace, lead)
        return self.read(Reply(voice.show_documents(documents, self.link), lead_id=lead.pk))


class LogView(PartOfLeadView):
    """`/api/v1/leads/{leadId}/action-logs`, newest first; a `Link` header leads to older ones."""

    @described(
        "getLeadActionLogs",
        "What happened to a lead",
        answers={200: voice.LOG},
        parameters=[
            query("limit", {"type": "integer", "minimum": 1, "maximum": _MOST_LINES}, "100 by default."),
            query("after", {"type": "string"}, "Where a Link header of an earlier answer leads on."),
        ],
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = self.find(lead_id)
        limit = _limit(request.GET.get("limit"))
        page = _log(self.workspace, lead, request.GET.get("after"), limit)
        documents = voice.by_message(documents_of(self.workspace, lead))
        headers: dict[str, str] = {}
        if page.next is not None:
            older = request.build_absolute_uri(f"{request.path}?limit={limit}&after={page.next}")
            headers["Link"] = f'<{older}>; rel="next"'
        shown = voice.show_log(page.lines, documents, self.link)
        return self.read(Reply(shown, lead_id=lead.pk, headers=headers))


class ChecklistItemsView(OmniAIView):
    """`/api/v1/leads/{leadId}/checklist-items`"""

    @described(
        "createLeadChecklistItem",
        "Add a checklist item to one lead",
        body=voice.ONE_OFF.schema(),
        answers={200: voice.ONE_OFF_CREATED},
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            wanted = voice.read_one_off(sent)
            item = add_one_off_item(self.workspace, self.actor, ById(lead_id), wanted)
            assert item.only_for is not None, "the item was made for this lead"
            shown = voice.show_one_off(item, item.only_for)
            return Reply(shown, lead_id=item.only_for, ignored=voice.ignored_keys(sent, voice.ONE_OFF))

        return self.write(work)


class ActivityView(OmniAIView):
    """`/api/v1/activity`"""

    @described(
        "createActivity",
        "Write down what happened to a lead elsewhere",
        body=voice.ACTIVITY.schema(),
        answers={200: voice.ACTIVITY_CREATED},
        refusals=[404],
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            where = ById(self.named_lead(sent))
            outcome = log_activity(self.workspace, self.actor, where, **voice.read_activity(sent))
            assert outcome.entry is not None, "an activity always has its entry"
            shown = {"success": True, "actionLogId": str(outcome.entry.pk)}
            return Reply(shown, lead_id=outcome.lead.pk, ignored=voice.ignored_keys(sent, voice.ACTIVITY))

        return self.write(work)


def _log(workspace: Workspace, lead: Lead, after: str | None, limit: int) -> LogPage:
    try:
        return load_log(workspace, lead, after=after or None, limit=limit)
    except ValidationError as refusal:
        error = refusal.error_list[0]
        raise Malformed([Problem("after", error.code or "invalid", error.messages[0], after)]) from None


def _limit(raw: str | None) -> int:
    if raw is None:
        return 100
    if raw.isascii() and raw.isdigit() and len(raw) <= 4 and 1 <= int(raw) <= _MOST_LINES:
        return int(raw)
    words = _("Send a whole number from 1 to %d.") % _MOST_LINES
    raise Malformed([Problem("limit", "invalid_number", words, raw)])
