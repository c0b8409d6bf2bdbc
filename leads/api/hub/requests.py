"""What a request of the caller's own came to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leadhub.web.records import find_request
from leads.api.hub.reference import OpenView
from leads.api.schema import described
from leads.api.view import Reply
from leads.errors import NotFound
from leads.queries.books import problems_in
from leads.voices.hub import why as voice


class RequestView(OpenView):
    """`/api/hub/requests/{request_id}`"""

    scopes = {"GET": "", "HEAD": ""}

    @described(
        "get_request",
        "The record of a request that this key made.",
        answers={200: voice.REQUEST},
        about="Writes and refusals are recorded; the X-Request-Id of the answer finds them. For any key.",
        tag="Reference",
    )
    def get(self, request: HttpRequest, request_id: str) -> HttpResponse:
        record = find_request(self.workspace.pk, request_id, self.key.pk)
        if record is None:
            raise NotFound(
                _("This key made no write and met no refusal with this id; reads are not recorded.")
            )
        return self.read(Reply(voice.show_request(record, problems_in(record))))
