"""What all endpoints of OmniAI share: the credential, the envelope, and the links to documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpRequest

from leadhub.workspaces.ids import parse_id
from leads.api.files import link_to
from leads.api.view import DialectView, Voice
from leads.models import Document
from leads.voices import omniai as voice
from leads.voices.omniai import ERROR

HEADER: Final = "x-api-key"


class OmniAIView(DialectView):
    dialect = "omniai"
    voice: ClassVar[Voice] = voice
    security: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "key": {"type": "apiKey", "in": "header", "name": HEADER}
    }
    error_schema: ClassVar[Mapping[str, Any]] = ERROR

    # The lead that a body names, so that its page can tell of a refusal.
    named: UUID | None = None

    def credential(self, request: HttpRequest) -> str:
        return request.headers.get(HEADER, "").strip()

    def lead_in_question(self) -> UUID | None:
        return self.named or super().lead_in_question()

    def named_lead(self, body: Mapping[str, object]) -> str:
        lead_id = voice.named_lead(body)
        self.named = parse_id(lead_id)
        return lead_id

    def link(self, document: Document) -> str:
        return link_to(self.request._request, document)
