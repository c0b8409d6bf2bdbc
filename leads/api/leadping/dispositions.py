"""Leadping's dispositions: set one, look at, retell and delete a step, read and export a lead's history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from leads.api.leadping.view import LeadpingView
from leads.api.schema import described
from leads.api.view import Reply, Voice
from leads.change import ById, LeadChange
from leads.changes import apply_change
from leads.changes.dispositions import delete_disposition, edit_disposition
from leads.models import DispositionChange, Lead
from leads.queries.catalogue import load_catalogue
from leads.queries.dispositions import find_disposition_change, history_of
from leads.queries.find import find_lead
from leads.state import LeadState
from leads.voices.leadping import schemas
from leads.voices.leadping.dispositions import (
    DISPOSITION_WORDS,
    EDIT,
    REQUEST,
    read_disposition,
    read_edit,
    read_lead_id,
    show_change,
    show_export,
)


class DispositionsView(LeadpingView):
    """`/dispositions`: what a lead's body calls its current disposition is set here alone."""

    voice: ClassVar[Voice] = DISPOSITION_WORDS

    @described(
        "Dispositions_Set",
        "Set a lead's current disposition",
        body=REQUEST.schema(),
        answers={200: schemas.DISPOSITION},
        refusals=[404],
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            ignored: list[str] = []

            def read(state: LeadState) -> LeadChange:
                change, ignored[:] = read_disposition(sent, state)
                return change

            outcome = apply_change(self.workspace, self.actor, ById(read_lead_id(sent)), read)
            lead = outcome.lead
            assert lead.disposition_change is not None, "a step was just taken"
            shown = show_change(lead.disposition_change, lead.pk, outcome.state.catalogue)
            return Reply(shown, lead_id=lead.pk, ignored=ignored)

        return self.write(work)


class DispositionView(LeadpingView):
    """`/dispositions/{id}`"""

    voice: ClassVar[Voice] = DISPOSITION_WORDS
    # The lead stays, and the step is told in its story, so this asks for no more than writing does.
    scopes: ClassVar[Mapping[str, str]] = {**LeadpingView.scopes, "DELETE": "write"}

    @described("Dispositions_Get", "Get a step of a lead's history", answers={200: schemas.DISPOSITION})
    def get(self, request: HttpRequest, disposition_id: str) -> HttpResponse:
        row = find_disposition_change(self.workspace, disposition_id, tests=self.actor.tests)
        lead = find_lead(self.workspace, ById(row.lead_id), tests=self.actor.tests)
        shown = show_change(row, lead.pk, load_catalogue(self.workspace))
        return self.read(Reply(shown, lead_id=lead.pk))

    @described(
        "Dispositions_Update",
        "Change a step of a lead's history",
        body=EDIT.schema(),
        answers={200: schemas.DISPOSITION},
    )
    def put(self, request: HttpRequest, disposition_id: str) -> HttpResponse:
        body = self.body

        def work() -> Reply:
            sent = body.object()
            ignored: list[str] = []

            def read(row: DispositionChange, state: LeadState) -> LeadChange:
                change, ignored[:] = read_edit(sent, row, state)
                return change

            row, outcome = edit_disposition(self.workspace, self.actor, disposition_id, read)
            shown = show_change(row, outcome.lead.pk, outcome.state.catalogue)
            return Reply(shown, lead_id=outcome.lead.pk, ignored=ignored)

        return self.write(work)

    @described("Dispositions_Delete", "Delete a step of a lead's history", answers={204: "It is gone."})
    def delete(self, request: HttpRequest, disposition_id: str) -> HttpResponse:
        def work() -> Reply:
            outcome = delete_disposition(self.workspace, self.actor, disposition_id)
            return Reply(None, 204, outcome.lead.pk)

        return self.write(work)


class HistoryView(LeadpingView):
    """`/dispositions/lead/{leadId}`: a bare array, newest first"""

    @described("Dispositions_GetForLead", "List a lead's history", answers={200: schemas.HISTORY})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = self.find(lead_id)
        catalogue = load_catalogue(self.workspace)
        shown = [show_change(row, lead.pk, catalogue) for row in history_of(self.workspace, lead)]
        return self.read(Reply(shown, lead_id=lead.pk))

    def find(self, lead_id: str) -> Lead:
        return find_lead(self.workspace, ById(lead_id), tests=self.actor.tests)


class HistoryExportView(HistoryView):
    """`/dispositions/lead/{leadId}/export`"""

    @described("Dispositions_ExportForLead", "Export a lead's history", answers={200: schemas.EXPORT})
    def get(self, request: HttpRequest, lead_id: str) -> HttpResponse:
        lead = self.find(lead_id)
        rows = history_of(self.workspace, lead)
        shown = show_export(rows, lead.pk, load_catalogue(self.workspace), self.setting.moment)
        return self.read(Reply(shown, lead_id=lead.pk))
