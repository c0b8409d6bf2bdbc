"""The workspace's dispositions and call outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from checklists.definitions import load_definitions
from leads.api.hub.view import ARCHIVED, HubView, renamed
from leads.api.schema import described
from leads.api.view import Reply
from leads.changes.catalogue import save_call_outcome, save_disposition
from leads.models import CallOutcome, Disposition
from leads.queries.catalogue import load_catalogue
from leads.queries.workspace import find_call_outcome, find_disposition
from leads.voices.hub import catalogue as voice
from leads.voices.hub.kinds import several, thing

_DISPOSITIONS: Final = thing("Dispositions", {"data": several(voice.DISPOSITION)})
_CALL_OUTCOMES: Final = thing("CallOutcomes", {"data": several(voice.CALL_OUTCOME)})


class _CatalogueView(HubView):
    scopes = {**HubView.scopes, "POST": "admin", "PATCH": "admin", "DELETE": "admin"}

    def listed(self, rows: Any, show: Callable[[Any], dict[str, Any]]) -> HttpResponse:
        archived = self.with_archived()
        return self.read(Reply({"data": [show(row) for row in rows if archived or not row.archived_at]}))

    def save_row(self, row: Any | None, body: dict[str, object]) -> Any:
        raise NotImplementedError

    def saved(
        self, find: Callable[[], Any], show: Callable[[Any], dict[str, Any]], body: dict[str, object] | None
    ) -> HttpResponse:
        """Save what the body says (or the one given) of the row that is found, None for a new one."""
        sent = self.body

        def work() -> Reply:
            self.require_no_test_key()
            row = find()
            with renamed(lambda field: "outcome" if field == "slug" else field):
                saved = self.save_row(row, sent.object() if body is None else body)
            return Reply(show(saved), 201 if row is None else 200)

        return self.write(work)


class _Dispositions(_CatalogueView):
    def save_row(self, row: Disposition | None, body: dict[str, object]) -> Disposition:
        codes = [item.code for item in load_definitions(self.workspace).items]
        values = voice.read_disposition_row(body, row, codes, strict=self.workspace.strict_stages)
        return save_disposition(self.workspace, self.actor, values, row.pk if row else None)


class DispositionsView(_Dispositions):
    """`/api/hub/dispositions`"""

    @described(
        "list_dispositions",
        "How leads can stand.",
        answers={200: _DISPOSITIONS},
        parameters=[ARCHIVED],
        tag="Catalogue",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(load_catalogue(self.workspace).dispositions.values(), voice.show_disposition_row)

    @described(
        "create_disposition",
        "A new disposition.",
        answers={201: voice.DISPOSITION},
        body=voice.DISPOSITION_SENT,
        tag="Catalogue",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        return self.saved(lambda: None, voice.show_disposition_row, None)


class DispositionView(_Dispositions):
    """`/api/hub/dispositions/{outcome}`, by outcome or id"""

    @described("get_disposition", "One disposition.", answers={200: voice.DISPOSITION}, tag="Catalogue")
    def get(self, request: HttpRequest, outcome: str) -> HttpResponse:
        return self.read(Reply(voice.show_disposition_row(find_disposition(self.workspace, outcome))))

    @described(
        "change_disposition",
        "Change a disposition.",
        answers={200: voice.DISPOSITION},
        body=voice.DISPOSITION_SENT,
        tag="Catalogue",
    )
    def patch(self, request: HttpRequest, outcome: str) -> HttpResponse:
        return self.saved(lambda: find_disposition(self.workspace, outcome), voice.show_disposition_row, None)

    @described(
        "archive_disposition",
        "Archive a disposition; leads that have it keep it.",
        answers={200: voice.DISPOSITION},
        tag="Catalogue",
    )
    def delete(self, request: HttpRequest, outcome: str) -> HttpResponse:
        archived: dict[str, object] = {"archived": True}
        return self.saved(
            lambda: find_disposition(self.workspace, outcome), voice.show_disposition_row, archived
        )


class _CallOutcomes(_CatalogueView):
    def save_row(self, row: CallOutcome | None, body: dict[str, object]) -> CallOutcome:
        values = voice.read_call_outcome(body, row)
        return save_call_outcome(self.workspace, self.actor, values, row.pk if row else None)


class CallOutcomesView(_CallOutcomes):
    """`/api/hub/call-outcomes`"""

    @described(
        "list_call_outcomes",
        "What calls can come to.",
        answers={200: _CALL_OUTCOMES},
        parameters=[ARCHIVED],
        tag="Catalogue",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(load_catalogue(self.workspace).call_outcomes.values(), voice.show_call_outcome)

    @described(
        "create_call_outcome",
        "A new call outcome.",
        answers={201: voice.CALL_OUTCOME},
        body=voice.CALL_OUTCOME_SENT,
        tag="Catalogue",
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        return self.saved(lambda: None, voice.show_call_outcome, None)


class CallOutcomeView(_CallOutcomes):
    """`/api/hub/call-outcomes/{outcome}`, by name or id"""

    @described("get_call_outcome", "One call outcome.", answers={200: voice.CALL_OUTCOME}, tag="Catalogue")
    def get(self, request: HttpRequest, outcome: str) -> HttpResponse:
        return self.read(Reply(voice.show_call_outcome(find_call_outcome(self.workspace, outcome))))

    @described(
        "change_call_outcome",
        "Change a call outcome.",
        answers={200: voice.CALL_OUTCOME},
        body=voice.CALL_OUTCOME_SENT,
        tag="Catalogue",
    )
    def patch(self, request: HttpRequest, outcome: str) -> HttpResponse:
        return self.saved(lambda: find_call_outcome(self.workspace, outcome), voice.show_call_outcome, None)

    @described(
        "archive_call_outcome",
        "Archive a call outcome.",
        answers={200: voice.CALL_OUTCOME},
        tag="Catalogue",
    )
    def delete(self, request: HttpRequest, outcome: str) -> HttpResponse:
        archived: dict[str, object] = {"archived": True}
        return self.saved(
            lambda: find_call_outcome(self.workspace, outcome), voice.show_call_outcome, archived
        )
