"""What all endpoints of the native API share: reading a query, changing a lead, answering with one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, Final, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leads.api import schema
from leads.api.credentials import bearer_of
from leads.api.hub.conditions import require_match
from leads.api.view import DialectView, Reply, Voice
from leads.change import ById, LeadChange, Outcome, Where
from leads.changes import apply_change
from leads.errors import Forbidden, Invalid, Problem
from leads.models import Lead
from leads.queries.beside import with_beside
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.values import clean_boolean, clean_integer, nearest_of
from leads.voices import hub as voice
from leads.voices.hub import errors
from leads.voices.hub.lead import LEAD, etag_of, show_lead
from leads.voices.hub.sheet import refused_name

T = TypeVar("T")

LONGEST_PAGE: Final = 200
LIMIT: Final = schema.query(
    "limit", {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": 50}, "How many at once."
)
CURSOR: Final = schema.query("cursor", {"type": "string"}, "The `next` of the page before.")
IF_MATCH: Final = schema.header(
    "If-Match",
    {"type": "string", "examples": ['"7-0b6e3f6f2a51"']},
    "Refuse, if the lead has another ETag by now.",
)
ARCHIVED: Final = schema.query("archived", {"type": "boolean", "default": False}, "Those in the archive too.")
# What is answered after a change of a lead.
CHANGED: Final = {200: LEAD}


class HubView(DialectView):
    dialect = "hub"
    voice: ClassVar[Voice] = voice
    error_content_type = "application/problem+json"
    error_schema = errors.PROBLEM
    duplicates_refused = True

    def credential(self, request: HttpRequest) -> str:
        return bearer_of(request)

    def require_no_test_key(self) -> None:
        """A test key reaches nothing that live leads depend on."""
        if self.key.is_test:
            raise Forbidden(_("A test key cannot change the workspace; use a live one."))

    # The query.

    def only_parameters(self, *known: str) -> None:
        """A parameter that is not known would be a filter that silently does nothing."""
        problems = [
            Problem(
                name, "unknown_field", _("There is no such parameter."), name, nearest_of(name, known) or None
            )
            for name in self.request.query_params
            if name not in known
        ]
        if problems:
            raise Invalid(problems)

    def limit(self) -> int:
        raw = self.request.query_params.get("limit", "50")
        return self.parameter("limit", lambda: clean_integer(raw, 1, LONGEST_PAGE))

    def with_archived(self) -> bool:
        self.only_parameters("archived")
        raw = self.request.query_params.get("archived", "false")
        return self.parameter("archived", lambda: clean_boolean(raw, words=True))

    def parameter(self, name: str, rule: Callable[[], T]) -> T:
        """What the rule makes of a parameter; its refusal speaks of the parameter."""
        try:
            return rule()
        except ValidationError as refusal:
            if isinstance(refusal, Invalid):
                raise
            error = refusal.error_list[0]
            params = error.params if isinstance(error.params, Mapping) else {}
            value, expected = self.request.query_params.get(name), params.get("choices")
            raise Invalid(
                [Problem(name, error.code or "invalid", error.messages[0], value, expected)]
            ) from None

    def no_body(self) -> dict[str, object]:
        """What is sent where nothing is taken would be lost without a word."""
        body = self.body.object() if self.request._request.body else {}
        if body:
            raise Invalid([refused_name(name, name, value, (), {}) for name, value in body.items()])
        return body

    def order(self, step: Callable[[], Reply]) -> HttpResponse:
        """A step on the workspace that the address alone asks for, with nothing in its body."""

        def work() -> Reply:
            self.require_no_test_key()
            self.no_body()
            return step()

        return self.write(work)

    # A lead.

    def load(self, lead_id: str) -> LeadState:
        lead = find_lead(
            self.workspace, ById(lead_id), tests=self.actor.tests, rows=with_beside(Lead.objects.all())
        )
        return LeadState(self.workspace, lead).take(lead)

    def change(
        self,
        where: Where,
        read: Callable[[dict[str, object], LeadState], LeadChange],
        *,
        strip: str = "",
        whole: str = "",
        has_body: bool = True,
    ) -> HttpResponse:
        """Change the lead by what the body says, and answer with it. `strip` is what the lead's own names of
        the fields begin with and the body's do not, `whole` the body's name for that section itself."""
        body, header = self.body, self.request.headers.get("If-Match")

        def work() -> Reply:
            sent = body.object() if has_body else self.no_body()

            def under_lock(state: LeadState) -> LeadChange:
                require_match(header, state)
                return read(sent, state)

            with renamed(partial(_stripped, strip, whole)):
                outcome = apply_change(self.workspace, self.actor, where, under_lock)
            return lead_reply(outcome)

        return self.write(work)


def lead_reply(outcome: Outcome, status: int = 200) -> Reply:
    state = reloaded(outcome)
    lead = state.lead
    headers = {"ETag": etag_of(lead)}
    if outcome.created:
        headers["Location"] = f"/api/hub/leads/{lead.pk}"
    return Reply(show_lead(state), status, lead.pk, headers=headers)


def reloaded(outcome: Outcome) -> LeadState:
    """The lead as it is stored by now; what the writer holds of its checklist is not read again."""
    before = outcome.state
    row = with_beside(Lead.objects.filter(pk=outcome.lead.pk)).get()
    state = LeadState(before.workspace, row).take(row)
    for name in ("definitions", "answers"):
        if name in before.__dict__ and not outcome.created:
            state.__dict__[name] = before.__dict__[name]
    return state


@contextmanager
def renamed(name: Callable[[str], str]) -> Iterator[None]:
    """Let refusals speak of the names that the body has."""
    try:
        yield
    except Invalid as refusal:
        raise Invalid(
            Problem(name(problem.field), problem.code, problem.message, problem.value, problem.expected)
            for problem in refusal.problems
        ) from None


def _stripped(prefix: str, whole: str, field: str) -> str:
    if prefix and field == prefix.rstrip("."):
        return whole or field
    return field.removeprefix(prefix)


def shown_page(rows: list[Any], following: str | None) -> dict[str, Any]:
    return {"data": rows, "next": following}
