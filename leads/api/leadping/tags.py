"""Leadping's tags by themselves. They are archived, never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from leadhub.workspaces.clock import now
from leads.api.leadping.view import LeadpingView, parameters
from leads.api.schema import described
from leads.api.view import Reply, Voice
from leads.changes.catalogue import save_tag
from leads.errors import Malformed
from leads.queries.tags import find_archived_tag, find_tag, list_tags
from leads.voices.leadping import schemas
from leads.voices.leadping.tags import TAG, TAG_WORDS, read_tag, read_tags_query, show_tag


class TagsView(LeadpingView):
    """`/tags`"""

    voice: ClassVar[Voice] = TAG_WORDS

    @described(
        "Tags_GetAll", "List tags", parameters=parameters(schemas.TAGS_QUERY), answers={200: schemas.TAGS}
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        tags = list_tags(self.workspace, archived=read_tags_query(request.GET))
        return self.read(Reply([show_tag(tag) for tag in tags]))

    @described("Tags_Create", "Create a tag", body=TAG.schema(), answers={201: schemas.TAG})
    def post(self, request: HttpRequest) -> HttpResponse:
        """The name of an archived tag brings that one back."""
        body = self.body

        def work() -> Reply:
            columns, sent = read_tag(body.object())
            if sent.problems:
                raise Malformed(sent.problems)
            archived = find_archived_tag(self.workspace, columns["name"])
            if archived is not None and archived.merged_into is not None:
                # The name means that one now.
                return Reply(show_tag(archived.merged_into), 201, ignored=sent.ignored)
            if archived is not None:
                columns["archived_at"] = None
            tag = save_tag(self.workspace, self.actor, columns, archived.pk if archived else None)
            return Reply(show_tag(tag), 201, ignored=sent.ignored)

        return self.write(work)


class TagView(LeadpingView):
    """`/tags/{id}`"""

    voice: ClassVar[Voice] = TAG_WORDS
    scopes: ClassVar[Mapping[str, str]] = {**LeadpingView.scopes, "DELETE": "write"}

    @described("Tags_Update", "Change a tag", body=TAG.schema(), answers={200: schemas.TAG})
    def put(self, request: HttpRequest, tag_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            stored = find_tag(self.workspace, tag_id)
            columns, sent = read_tag(body.object(), stored)
            if sent.problems:
                raise Malformed(sent.problems)
            tag = save_tag(self.workspace, self.actor, columns, stored.pk) if columns else stored
            return Reply(show_tag(tag), ignored=sent.ignored)

        return self.write(work)

    @described("Tags_Archive", "Archive a tag", answers={200: {"const": True}})
    def delete(self, request: HttpRequest, tag_id: str) -> HttpResponse:
        """Leads that carry it keep it; no further lead gets it. The first time stands."""

        def work() -> Reply:
            tag = find_tag(self.workspace, tag_id)
            if tag.archived_at is None:
                save_tag(self.workspace, self.actor, {"archived_at": now()}, tag.pk)
            return Reply(True)

        return self.write(work)
