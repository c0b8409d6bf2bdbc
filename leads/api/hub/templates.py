"""The workspace's texts for messages."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from leads.api.hub.view import ARCHIVED, HubView
from leads.api.schema import described
from leads.api.view import Reply
from leads.changes.message_templates import save_template
from leads.queries.workspace import find_template, templates_in
from leads.voices.hub import templates as voice
from leads.voices.hub.kinds import several, thing

_TEMPLATES: Final = thing("Templates", {"data": several(voice.TEMPLATE)})


class TemplatesView(HubView):
    """`/api/hub/templates`"""

    scopes = {**HubView.scopes, "POST": "admin"}

    @described(
        "list_templates",
        "The texts that members choose from when they write.",
        answers={200: _TEMPLATES},
        parameters=[ARCHIVED],
        tag="Messages",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = templates_in(self.workspace, archived=self.with_archived())
        return self.read(Reply({"data": [voice.show_template(row) for row in rows]}))

    @described(
        "create_template",
        "A new template.",
        answers={201: voice.TEMPLATE},
        body=voice.TEMPLATE_SENT,
        tag="Messages",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            row = save_template(self.workspace, self.actor, voice.read_template(body.object(), None))
            return Reply(voice.show_template(row), 201)

        return self.write(work)


class TemplateView(HubView):
    """`/api/hub/templates/{template}`, by name or id"""

    scopes = {**HubView.scopes, "PATCH": "admin", "DELETE": "admin"}

    @described("get_template", "One template.", answers={200: voice.TEMPLATE}, tag="Messages")
    def get(self, request: HttpRequest, template: str) -> HttpResponse:
        return self.read(Reply(voice.show_template(find_template(self.workspace, template))))

    @described(
        "change_template",
        "Change a template.",
        answers={200: voice.TEMPLATE},
        body=voice.TEMPLATE_SENT,
        tag="Messages",
    )
    def patch(self, request: HttpRequest, template: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            self.require_no_test_key()
            row = find_template(self.workspace, template)
            values = voice.read_template(body.object(), row)
            return Reply(voice.show_template(save_template(self.workspace, self.actor, values, row.pk)))

        return self.write(work)

    @described("archive_template", "Archive a template.", answers={200: voice.TEMPLATE}, tag="Messages")
    def delete(self, request: HttpRequest, template: str) -> HttpResponse:
        def work() -> Reply:
            self.require_no_test_key()
            row = find_template(self.workspace, template)
            row = save_template(self.workspace, self.actor, {"archived": True}, row.pk)
            return Reply(voice.show_template(row))

        return self.write(work)
