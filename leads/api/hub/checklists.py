"""The workspace's checklist: what it asks of every lead."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.api.hub.view import ARCHIVED, HubView
from leads.api.schema import described
from leads.api.view import Reply
from leads.changes.definitions import apply_definitions, read_checklist
from leads.errors import NotFound
from leads.voices.hub import definitions as voice


class ChecklistView(HubView):
    """`/api/hub/checklist`"""

    scopes = {**HubView.scopes, "PUT": "admin"}

    @described(
        "get_checklist",
        "The checklist with all its groups and items.",
        answers={200: voice.CHECKLIST},
        parameters=[ARCHIVED],
        tag="Checklists",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.read(Reply(self.shown(archived=self.with_archived())))

    @described(
        "replace_checklist",
        "Make this the checklist.",
        answers={200: voice.APPLIED},
        body=voice.CHECKLIST_SENT,
        refusals=(412,),
        about="Groups are found again by name and items by code. What is left out is archived; answers stay.",
        tag="Checklists",
    )
    def put(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            wanted, revision = voice.read_checklist_sent(body.object())
            applied = apply_definitions(self.workspace, self.actor, wanted, seen_revision=revision)
            return Reply({**self.shown(archived=False), "changes": applied.lines})

        return self.write(work)

    def shown(self, *, archived: bool) -> dict[str, object]:
        stored = read_checklist(self.workspace)
        self.workspace.refresh_from_db(fields=["definitions_revision"])
        return voice.show_checklist(
            stored if archived else stored.live(), self.workspace.definitions_revision
        )


class ChecklistItemView(HubView):
    """`/api/hub/checklist/items/{code}`"""

    @described("get_checklist_item", "One item by its code.", answers={200: voice.ITEM}, tag="Checklists")
    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        for item in read_checklist(self.workspace).items:
            if item.code.lower() == code.lower():
                return self.read(Reply(voice.show_item(item)))
        raise NotFound(_("The checklist has no item with this code."))
