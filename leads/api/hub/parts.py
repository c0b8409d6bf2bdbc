"""The parts of one lead: tags, dispositions, answers, its own items, notes, calls."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.api.hub.view import CHANGED, IF_MATCH, HubView, renamed
from leads.api.schema import described
from leads.api.view import Reply
from leads.change import ById, LeadChange
from leads.changes.one_offs import add_one_off_item, archive_one_off_item
from leads.errors import Invalid, Problem
from leads.queries.dispositions import history_of
from leads.state import LeadState
from leads.voices.hub import definitions, story
from leads.voices.hub.calls import CALL_SENT, read_call
from leads.voices.hub.kinds import TEXT, several, thing
from leads.voices.hub.lead import read_change
from leads.voices.hub.sections import ANSWERS_SENT, DISPOSITION_SENT
from leads.voices.hub.sheet import sheet_of

_TAGS: Final = thing("LeadTags", {"tags": several(TEXT)})
_TAGS_SENT: Final = {**_TAGS, "title": "LeadTagsRequest", "examples": [{"tags": ["VIP"]}]}
_STEPS: Final = thing("DispositionHistory", {"data": several(story.STEP)})
_NOTE: Final = thing("NoteRequest", {"note": {"type": "string", "maxLength": 10_000}})


class TagsView(HubView):
    """`/api/hub/leads/{lead_id}/tags`"""

    @described("list_lead_tags", "The tags of a lead.", answers={200: _TAGS}, tag="Tags")
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        state = self.load(lead_id)
        names = [tag.name for tag in sorted(state.tags.values(), key=lambda tag: tag.normalized)]
        return self.read(Reply({"tags": names}, lead_id=state.lead.pk))

    @described(
        "add_lead_tags",
        "Put tags on a lead; missing names are made.",
        answers=CHANGED,
        body=_TAGS_SENT,
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Tags",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self._write(lead_id, lambda names: {"add": names})

    @described(
        "replace_lead_tags",
        "Make these the whole set of a lead's tags.",
        answers=CHANGED,
        body=_TAGS_SENT,
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Tags",
    )
    def put(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self._write(lead_id, lambda names: names)

    def _write(self, lead_id: str, wish: Any) -> HttpResponse:
        def read(body: dict[str, object], state: LeadState) -> LeadChange:
            sheet = sheet_of(body, "tags")
            names = sheet.sent.get("tags")
            if not isinstance(names, list):
                sheet.problems.add("tags", "invalid_type", _("Send a list of names or ids here."), names)
            sheet.problems.settle()
            return read_change({"tags": wish(names)}, state)

        return self.change(ById(lead_id), read)


class TagView(HubView):
    """`/api/hub/leads/{lead_id}/tags/{tag}`"""

    scopes = {**HubView.scopes, "DELETE": "write"}

    @described(
        "remove_lead_tag",
        "Take a tag off a lead, by name or id.",
        answers=CHANGED,
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Tags",
    )
    def delete(self, request: HttpRequest, lead_id: str, tag: str) -> HttpResponse:
        return self.change(
            ById(lead_id),
            lambda _body, state: read_change({"tags": {"remove": [tag]}}, state),
            has_body=False,
        )


class DispositionsView(HubView):
    """`/api/hub/leads/{lead_id}/dispositions`"""

    @described(
        "list_lead_dispositions", "How a lead stood, newest first.", answers={200: _STEPS}, tag="Dispositions"
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        state = self.load(lead_id)
        known = state.catalogue.dispositions
        steps = [story.show_step(row, known) for row in history_of(self.workspace, state.lead)]
        return self.read(Reply({"data": steps}, lead_id=state.lead.pk))

    @described(
        "dispose_lead",
        "Let a lead enter a disposition, by its outcome or its stage.",
        answers=CHANGED,
        body={**DISPOSITION_SENT, "title": "DispositionRequest"},
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Dispositions",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.change(
            ById(lead_id),
            lambda body, state: read_change({"disposition": body}, state),
            strip="disposition.",
            whole="outcome",
        )


class ChecklistView(HubView):
    """`/api/hub/leads/{lead_id}/checklist`"""

    @described(
        "get_lead_checklist",
        "What the checklist asks of a lead, what applies, and its answers.",
        answers={200: definitions.LEAD_CHECKLIST},
        tag="Checklists",
    )
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.read(_checklist_reply(self.load(lead_id), 200))


class AnswersView(HubView):
    """`/api/hub/leads/{lead_id}/answers`"""

    @described(
        "answer_lead",
        "Answer checklist items by their codes.",
        answers=CHANGED,
        body={**ANSWERS_SENT, "title": "AnswersRequest"},
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Checklists",
    )
    def patch(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.change(
            ById(lead_id), lambda body, state: read_change({"answers": body}, state), strip="answers."
        )


class ItemsView(HubView):
    """`/api/hub/leads/{lead_id}/items`"""

    @described(
        "add_lead_item",
        "Add an item to this lead's checklist alone.",
        answers={201: definitions.LEAD_CHECKLIST},
        body=definitions.ONE_OFF_SENT,
        tag="Checklists",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            spec, raw_group = definitions.read_one_off(body.object())
            group_id = parse_id(raw_group)
            if raw_group is not None and group_id is None:
                message = _("The checklist has no such group.")
                raise Invalid([Problem("group_id", "not_found", message, raw_group)])
            with renamed(lambda field: "group_id" if field == "group" else field):
                add_one_off_item(self.workspace, self.actor, ById(lead_id), spec, group_id=group_id)
            return _checklist_reply(self.load(lead_id), 201)

        return self.write(work)


class ItemView(HubView):
    """`/api/hub/leads/{lead_id}/items/{item_id}`"""

    scopes = {**HubView.scopes, "DELETE": "write"}

    @described(
        "archive_lead_item",
        "Take an item of this lead's own out of its checklist.",
        answers={200: definitions.LEAD_CHECKLIST},
        tag="Checklists",
    )
    def delete(self, request: HttpRequest, lead_id: str, item_id: str) -> HttpResponse:
        def work() -> Reply:
            archive_one_off_item(self.workspace, self.actor, ById(lead_id), item_id)
            return _checklist_reply(self.load(lead_id), 200)

        return self.write(work)


def _checklist_reply(state: LeadState, status: int) -> Reply:
    return Reply(definitions.show_lead_checklist(state), status, state.lead.pk)


class NotesView(HubView):
    """`/api/hub/leads/{lead_id}/notes`"""

    @described(
        "add_lead_note",
        "Add a note to a lead.",
        answers=CHANGED,
        body={**_NOTE, "examples": [{"note": "Asked to be called after Easter."}]},
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Timeline",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        def read(body: dict[str, object], state: LeadState) -> LeadChange:
            sheet = sheet_of(body, "note")
            sheet.require("note")
            sheet.problems.settle()
            return LeadChange(note=sheet.sent["note"])

        return self.change(ById(lead_id), read)


class CallsView(HubView):
    """`/api/hub/leads/{lead_id}/calls`"""

    @described(
        "log_lead_call",
        "Log a call that was made; it is always written.",
        answers=CHANGED,
        body=CALL_SENT,
        parameters=[IF_MATCH],
        refusals=(412,),
        tag="Timeline",
    )
    def post(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        return self.change(
            ById(lead_id), lambda body, _state: LeadChange(call=read_call(body)), strip="call."
        )
