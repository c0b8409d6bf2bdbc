"""What all of Leadping's endpoints share: where a key may stand, which keys create, problem details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter

from leadhub.web.envelopes import Failed
from leads.api.credentials import bearer_of
from leads.api.schema import query
from leads.api.view import DialectView, Reply, Voice
from leads.change import Outcome
from leads.voices.leadping.lead import WORDS, show_lead
from leads.voices.leadping.schemas import PROBLEM

_SOURCE_KEY: Final = "lp_src_"


class LeadpingView(DialectView):
    dialect = "leadping"
    voice: ClassVar[Voice] = WORDS
    error_content_type = "application/problem+json"
    error_schema = PROBLEM
    security: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "businessKey": {"type": "http", "scheme": "bearer"},
        "businessKeyInHeader": {"type": "apiKey", "in": "header", "name": "X-Leadping-Api-Key"},
    }
    # Whether only source keys may come in, or all the others.
    creates: ClassVar[bool] = False

    def credential(self, request: HttpRequest) -> str:
        return bearer_of(request) or request.headers.get("X-Leadping-Api-Key", "").strip()

    def check_scope(self, method: str) -> None:
        """A source key creates and does nothing else, and nothing else creates.

        401, because to each operation the other kind is no credential, and the clients of this generation
        know no 403 here.
        """
        if method in self.allowed_methods:
            if self.creates and not self.key.allows("create"):
                message = _("Only a source key creates leads; its text starts with lp_src_.")
                raise Failed(401, "wrong_key", message)
            if not self.creates and self.key.prefix.startswith(_SOURCE_KEY):
                message = _("A source key only creates leads; use a business key here.")
                raise Failed(401, "wrong_key", message)
        super().check_scope(method)

    def shown(self, outcome: Outcome, status: int = 200, ignored: list[str] | None = None) -> Reply:
        """The whole lead, as it stands after the write."""
        state = outcome.state.gather() if outcome.created else outcome.state
        return Reply(show_lead(state), status, state.lead.pk, ignored or [])


def parameters(described: Mapping[str, tuple[Mapping[str, Any], str]]) -> Iterable[OpenApiParameter]:
    return [query(name, schema, about) for name, (schema, about) in described.items()]
