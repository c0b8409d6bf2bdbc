"""What every key of every dialect may ask: about itself, and for the words of its workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from checklists.definitions import load_definitions
from leads.api.credentials import bearer_of
from leads.api.hub.view import HubView
from leads.api.schema import described
from leads.api.view import Reply
from leads.queries.catalogue import load_catalogue
from leads.queries.workspace import members_in, tags_in
from leads.values import format_moment
from leads.voices.hub import reference as voice

_HOUR = 3600


class OpenView(HubView):
    """Open to the keys of all dialects, in whichever header they come."""

    open_to_all = True
    security = {
        "key": {"type": "http", "scheme": "bearer"},
        "x_api_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "x_leadping_api_key": {"type": "apiKey", "in": "header", "name": "X-Leadping-Api-Key"},
    }

    def credential(self, request: HttpRequest) -> str:
        named = request.headers.get("x-api-key") or request.headers.get("X-Leadping-Api-Key") or ""
        return named.strip() or bearer_of(request)

    def rate(self) -> tuple[int, int]:
        """The window in which the key's own dialect counts; this request counts there too."""
        if self.key.dialects[0] == "pollybot":
            return self.workspace.pollybot_rate_per_hour, _HOUR
        return super().rate()


class KeyView(OpenView):
    """`/api/hub/key`"""

    scopes = {"GET": "", "HEAD": ""}

    @described(
        "get_own_key",
        "What the key is that asks.",
        answers={200: voice.WHOSE_KEY},
        about="For any key, in its own dialect's header: workspace, scopes, and what is left of its limit.",
        tag="Reference",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.read(Reply(voice.show_whose_key(self.key, self._limit())))

    def _limit(self) -> dict[str, Any]:
        requests, seconds = self.rate()
        allowance = self.allowance
        assert allowance is not None, "a request is counted before it is answered"
        reset = datetime.fromtimestamp(allowance.reset_at, UTC)
        return {
            "requests": requests,
            "seconds": seconds,
            "remaining": allowance.remaining,
            "reset_at": format_moment(reset),
        }


class ReferenceView(OpenView):
    """`/api/hub/reference`"""

    scopes = {"GET": "", "HEAD": ""}

    @described(
        "get_reference",
        "The words of the workspace that may be written.",
        answers={200: voice.REFERENCE},
        about="Codes of the checklist with their types and options, stages, dispositions, call outcomes, "
        "tags, members. For any key.",
        tag="Reference",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        workspace = self.workspace
        shown = voice.show_reference(
            load_definitions(workspace), load_catalogue(workspace), tags_in(workspace), members_in(workspace)
        )
        return self.read(Reply(shown))
