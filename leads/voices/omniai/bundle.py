"""The whole lead: as PUT and POST answer with it, and as GET shows it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from checklists.progress import Progress
from leads.models import Address, Lead, Stage
from leads.queries.full import FullLead, LogLine
from leads.state import LeadState
from leads.values import format_moment
from leads.voices.omniai.checklist import Shown, show_checklist
from leads.voices.omniai.documents import Link, by_item, show_documents
from leads.voices.omniai.leads import phone_of, show_lead, show_single_lead
from leads.voices.omniai.log import Documents, by_message, show_line, show_log_in_bundle

_NOT_INTERESTED = frozenset({Stage.LOST, Stage.INVALID, Stage.DUPLICATE})


def show_bundle(full: FullLead, link: Link, *, created: bool = False) -> dict[str, Any]:
    """The eight keys of the page. A create is answered as the page does: from before its own entry."""
    documents = by_message(full.documents)
    return {
        "success": True,
        "lead": show_lead(full.lead),
        "checklistItems": _checklist(full, link),
        "actionLogs": [] if created else show_log_in_bundle(full.log, documents, link),
        "matchingLeads": show_matching(full),
        **_next_to_it(full, documents, link),
    }


def show_whole(full: FullLead, link: Link) -> dict[str, Any]:
    """What GET answers: no `success`, but the computed status and the documents."""
    documents = by_message(full.documents)
    progress = _progress(full)
    return {
        "lead": show_single_lead(full.lead),
        "status": status_of(full.lead, full.stage, progress.required, progress.done, progress.in_review),
        "checklistItems": _checklist(full, link),
        "documents": show_documents(full.documents, link),
        "actionLogs": show_log_in_bundle(full.log, documents, link),
        "matchingLeads": show_matching(full),
        **_next_to_it(full, documents, link),
    }


def status_of(lead: Lead, stage: str, required: int, done: int, in_review: int) -> str:
    """The first that applies. A lead of which nothing is required stays in progress."""
    if lead.opted_out_at is not None:
        return "OPTED_OUT"
    if stage in _NOT_INTERESTED:
        return "NOT_INTERESTED"
    if required and done >= required:
        return "COMPLETED"
    if required and done + in_review >= required:
        return "REVIEW"
    return "IN_PROGRESS"


def _progress(full: FullLead) -> Progress:
    """Counted from what is shown, because the stored counters may be older than the definitions."""
    state = LeadState(full.workspace, full.lead)
    state.definitions, state.answers = full.definitions, dict(full.answers)
    state.address = full.address or Address(lead=full.lead, workspace=full.workspace)
    return state.progress()


def show_matching(full: FullLead) -> list[dict[str, Any]]:
    """Enough of each to warn of a double; test leads match nobody."""
    return [] if full.lead.is_test else [_match(lead, full) for lead in full.matching]


def _match(lead: Lead, full: FullLead) -> dict[str, Any]:
    stage = full.catalogue.stage_of(lead)
    counts = (lead.checklist_required, lead.checklist_done, lead.checklist_in_review)
    return {
        "id": str(lead.pk),
        "firstName": lead.first_name or None,
        "lastName": lead.last_name or None,
        "email": lead.email or None,
        "phoneNumber": phone_of(lead),
        "businessName": lead.business_name or None,
        "status": status_of(lead, stage, *counts),
        "createdAt": format_moment(lead.created_at),
    }


def _checklist(full: FullLead, link: Link) -> list[dict[str, Any]]:
    shown = Shown(full.lead.pk, full.definitions, full.answers, by_item(full.documents), link)
    return show_checklist(shown)


def _next_to_it(full: FullLead, documents: Documents, link: Link) -> dict[str, Any]:
    def one(line: LogLine | None) -> dict[str, Any] | None:
        return None if line is None else show_line(line, documents, link)

    last = one(full.last_action)
    if last is not None:
        calls = full.tool_calls.get(UUID(last["id"]), [])
        last["toolCalls"] = [show_line(LogLine(action=call), documents, link) for call in calls]
    return {"lastAction": last, "nextFollowUp": one(full.next_follow_up), "nextDraft": one(full.next_draft)}
