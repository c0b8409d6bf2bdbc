"""Leadping's dispositions: an outcome in free text that its category puts on a stage; and their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from leadhub.workspaces.ids import parse_id
from leads.change import CLEAR, DispositionWish, LeadChange, Telling
from leads.errors import Malformed, Problem
from leads.models import Disposition, DispositionChange, Lead
from leads.queries.catalogue import Catalogue
from leads.state import LeadState
from leads.validation.fields import CATEGORIES, CHANGE_SOURCES
from leads.values import LIMITS, format_moment
from leads.voices.leadping.metadata import moment, text
from leads.voices.leadping.words import CATEGORY_OF, STAGE_OF, Words
from leads.voices.shape import Null, Part, Sent, Shape

_CATEGORY: Final[Mapping[str, Any]] = {"enum": list(CATEGORIES)}
_SOURCE: Final[Mapping[str, Any]] = {"enum": list(CHANGE_SOURCES)}
_LINE: Final[Mapping[str, Any]] = {"maxLength": LIMITS.line}
_TEXT: Final[Mapping[str, Any]] = {"maxLength": LIMITS.note}
_MOMENT: Final[Mapping[str, Any]] = {"format": "date-time"}
# Their key, our column, and what may stand there.
_COLUMNS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "type": ("kind", {"maxLength": 64}),
    "outcome": ("outcome", _LINE),
    "category": ("category", _CATEGORY),
    "notes": ("notes", _TEXT),
    "reason": ("reason", _TEXT),
    "changeSource": ("change_source", _SOURCE),
    "changedByAutomationId": ("automation_id", _LINE),
    "timestamp": ("changed_at", _MOMENT),
    "followUpStatus": ("follow_up_status", {"maxLength": 64}),
    "callbackAt": ("callback_at", _MOMENT),
    "taskDueAt": ("task_due_at", _MOMENT),
    "appointmentStartAt": ("appointment_start_at", _MOMENT),
    "appointmentEndAt": ("appointment_end_at", _MOMENT),
    "appointmentNotes": ("appointment_notes", _TEXT),
    "assignedToUserId": ("assigned_to", _LINE),
    "relatedCallEventId": ("related_call", _LINE),
    "isMissedCallFollowUp": ("is_missed_call_follow_up", {"type": "boolean"}),
    "sourceId": ("source_ref", _LINE),
}
# What always has a value.
_STAYS: Final = frozenset({"timestamp", "changeSource"})
_SHOWN_ONLY: Final = (
    "id",
    "oldDispositionId",
    "oldDispositionType",
    "oldDispositionOutcome",
    "newDispositionId",
    "changedByUserId",
    "changedAt",
    "createdAt",
    "updatedAt",
)


def _part(name: str, *, editing: bool) -> Part:
    column, schema = _COLUMNS[name]
    if editing and name == "outcome":
        null = blank = Null.REFUSE
    else:
        null = Null.CLEAR if editing and name not in _STAYS else Null.LEAVE
        blank = null if "maxLength" in schema else Null.VALUE
    return Part(name, null=null, blank=blank, means=f"disposition.{column}", schema=schema)


def _shape(name: str, *, editing: bool) -> Shape:
    parts = [_part(key, editing=editing) for key in _COLUMNS]
    lead_id = Part("leadId", means="leadId", null=Null.LEAVE, blank=Null.LEAVE)
    shown = [Part(key, type="any", read_only=True) for key in _SHOWN_ONLY]
    return Shape(name, (lead_id, *parts, *shown))


REQUEST: Final = _shape("DispositionRequest", editing=False)
EDIT: Final = _shape("DispositionEditRequest", editing=True)
DISPOSITION_WORDS: Final = Words(REQUEST)


def read_lead_id(body: Mapping[str, object]) -> str:
    raw = body.get("leadId")
    if not isinstance(raw, str) or not raw.strip():
        code = "required" if raw is None or raw == "" else "invalid_type"
        raise Malformed([Problem("leadId", code, _("Say which lead is meant by its id."), raw)])
    return raw


def read_disposition(body: Mapping[str, object], state: LeadState) -> tuple[LeadChange, list[str]]:
    """A step of the history, always a new one, even when it says the same as the last."""
    sent = REQUEST.read(body)
    words = _words(sent)
    if "outcome" not in words and "category" not in words:
        sent.problems.append(Problem("disposition.outcome", "required", _("Say what came of it.")))
    current = state.catalogue.dispositions.get(state.lead.disposition_id) or state.lead.disposition
    wish = _wish(words, words, current, state.catalogue)
    telling = Telling(kind="disposed", summary=gettext_noop("Status changed"))
    return LeadChange(disposition=wish, problems=tuple(sent.problems), telling=telling), sent.ignored


def read_edit(
    body: Mapping[str, object], row: DispositionChange, state: LeadState
) -> tuple[LeadChange, list[str]]:
    """A step told anew, leaf by leaf. Where it leads follows from its outcome and category, if those move."""
    sent = EDIT.read(body, show_change(row, state.lead.pk, state.catalogue))
    raw = sent.own.get("leadId")
    if raw is not None and parse_id(raw) not in {row.lead_id, state.lead.pk}:
        message = _("A disposition stays with its lead; leave leadId out, or send the same.")
        sent.problems.append(Problem("leadId", "id_mismatch", message, raw))
    words = _words(sent)
    current = state.catalogue.dispositions.get(row.disposition_id) or row.disposition
    if "outcome" in words or "category" in words:
        as_it_will_be = {"outcome": row.outcome, "category": row.category, **words}
    else:
        as_it_will_be = {}
    wish = _wish({"reason": row.reason, **words}, as_it_will_be, current, state.catalogue)
    return LeadChange(disposition=wish, problems=tuple(sent.problems)), sent.ignored


def _words(sent: Sent) -> dict[str, object]:
    return {column: sent.own[name] for name, (column, _schema) in _COLUMNS.items() if name in sent.own}


def _wish(
    words: Mapping[str, object], told: Mapping[str, object], current: Disposition, catalogue: Catalogue
) -> DispositionWish:
    """An outcome that the workspace knows is meant by its name or label; else the category names a stage."""
    said = dict(words)
    reason = said.pop("reason", "")
    reason = "" if reason is CLEAR else reason
    known = _known(told.get("outcome"), current, catalogue)
    if known is not None:
        return DispositionWish(outcome=known.outcome, reason=reason, words=said)
    category, stage = told.get("category"), current.stage
    if isinstance(category, str) and category in STAGE_OF and CATEGORY_OF[stage] != category:
        stage = STAGE_OF[category]
    return DispositionWish(stage=stage, reason=reason, words=said)


def _known(outcome: object, current: Disposition, catalogue: Catalogue) -> Disposition | None:
    if not isinstance(outcome, str):
        return None
    key = outcome.strip().casefold()
    for disposition in (current, *catalogue.dispositions.values()):
        is_open = disposition.archived_at is None or disposition.pk == current.pk
        if is_open and key in _names(disposition):
            return disposition
    return None


def _names(disposition: Disposition) -> set[str]:
    return {disposition.outcome.casefold(), disposition.label.casefold()}


def show_current(lead: Lead, catalogue: Catalogue) -> dict[str, Any] | None:
    """Where the lead stands, once anybody has said so."""
    row = lead.disposition_change
    if row is None:
        return None
    disposition = catalogue.dispositions.get(row.disposition_id) or row.disposition
    is_known = row.outcome.casefold() in _names(disposition)
    return {
        "id": str(row.pk),
        "category": row.category or CATEGORY_OF[disposition.stage],
        "outcome": row.outcome,
        "displayName": disposition.label if is_known else row.outcome,
        "changedAt": format_moment(row.changed_at),
        "changedByUserId": text(row.changed_by),
        "changedByAutomationId": row.automation_id or None,
        "source": row.change_source or None,
    }


def show_change(row: DispositionChange, lead_id: UUID, catalogue: Catalogue) -> dict[str, Any]:
    disposition = catalogue.dispositions.get(row.disposition_id) or row.disposition
    return {
        "leadId": str(lead_id),
        **{name: _shown(getattr(row, column)) for name, (column, _schema) in _COLUMNS.items()},
        "category": row.category or CATEGORY_OF[disposition.stage],
        "id": str(row.pk),
        "oldDispositionId": text(row.previous_id),
        "oldDispositionType": row.previous_kind or None,
        "oldDispositionOutcome": row.previous_outcome or None,
        "newDispositionId": str(row.pk),
        "changedByUserId": text(row.changed_by),
        "changedAt": format_moment(row.changed_at),
        "createdAt": format_moment(row.created_at),
        "updatedAt": moment(row.updated_at),
    }


def _shown(stored: object) -> object:
    if isinstance(stored, datetime):
        return format_moment(stored)
    return None if stored == "" else stored


def show_export(
    rows: Sequence[DispositionChange], lead_id: UUID, catalogue: Catalogue, at: str
) -> dict[str, Any]:
    """An object around the rows; nobody published its other keys."""
    shown = [show_change(row, lead_id, catalogue) for row in rows]
    return {"leadId": str(lead_id), "exportedAt": at, "count": len(shown), "rows": shown}
