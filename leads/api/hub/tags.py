"""The workspace's tags."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from leadhub.workspaces.clock import now
from leads.api.hub.view import ARCHIVED, HubView
from leads.api.schema import described
from leads.api.view import Reply
from leads.changes.catalogue import save_tag
from leads.queries.workspace import find_tag, tags_in
from leads.voices.hub import catalogue as voice
from leads.voices.hub.kinds import several, thing

_TAGS: Final = thing("Tags", {"data": several(voice.TAG)})


class TagsView(HubView):
    """`/api/hub/tags`"""

    @described(
        "list_tags", "The workspace's tags.", answers={200: _TAGS}, parameters=[ARCHIVED], tag="Catalogue"
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        tags = tags_in(self.workspace, archived=self.with_archived())
        return self.read(Reply({"data": [voice.show_tag(tag) for tag in tags]}))

    @described("create_tag", "A new tag.", answers={201: voice.TAG}, body=voice.TAG_SENT, tag="Catalogue")
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            tag = save_tag(self.workspace, self.actor, voice.read_tag(body.object(), None))
            return Reply(voice.show_tag(tag), 201)

        return self.write(work)


class TagView(HubView):
    """`/api/hub/tags/{tag}`, by name or id"""

    scopes = {**HubView.scopes, "PATCH": "admin", "DELETE": "admin"}

    @described("get_tag", "One tag.", answers={200: voice.TAG}, tag="Catalogue")
    def get(self, request: HttpRequest, tag: str) -> HttpResponse:
        return self.read(Reply(voice.show_tag(find_tag(self.workspace, tag))))

    @described("change_tag", "Change a tag.", answers={200: voice.TAG}, body=voice.TAG_SENT, tag="Catalogue")
    def patch(self, request: HttpRequest, tag: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            row = find_tag(self.workspace, tag)
            row = save_tag(self.workspace, self.actor, voice.read_tag(body.object(), row), row.pk)
            return Reply(voice.show_tag(row))

        return self.write(work)

    @described(
        "archive_tag",
        "Archive a tag; leads keep it, and no more are given it.",
        answers={200: voice.TAG},
        tag="Catalogue",
    )
    def delete(self, request: HttpRequest, tag: str) -> HttpResponse:
        def work() -> Reply:
            self.require_no_test_key()
            row = find_tag(self.workspace, tag)
            if row.archived_at is None:
                row = save_tag(self.workspace, self.actor, {"archived_at": now()}, row.pk)
            return Reply(voice.show_tag(row))

        return self.write(work)
