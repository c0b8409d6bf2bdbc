"""Logging a call from a page: the outcomes there are, and what the form says of the next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from leadhub.workspaces.clock import now
from leads.admin.clocks import ended, written
from leads.admin.desk import Desk
from leads.admin.pages.work.when import read_when
from leads.change import ById, CallLog, LeadChange
from leads.changes import apply_change
from leads.errors import Refused
from leads.models import CallOutcome, Lead
from leads.queries.catalogue import load_catalogue
from leads.state import LeadState
from leads.validation.problems import Problems
from leads.values import LocalTime

# An agreed call needs its time; all other outcomes are one key.
AGREED: Final = "callback"


def open_outcomes(desk: Desk) -> list[CallOutcome]:
    found = load_catalogue(desk.workspace).call_outcomes.values()
    return [outcome for outcome in found if not outcome.archived_at]


def ask_when(outcome: str, at: datetime | None) -> None:
    """An agreed call without its time would be forgotten."""
    if outcome == AGREED and at is None:
        problems = Problems()
        problems.add("at", "required", _("Say when they want to be called back."))
        problems.settle()


def read_call(
    desk: Desk, sent: Mapping[str, Any], theirs: LocalTime | None, settles: UUID | None = None
) -> CallLog:
    outcome = sent.get("outcome", "")
    when = read_when(sent, desk, theirs)
    ask_when(outcome, when.at)
    return CallLog(
        outcome,
        sent.get("note", ""),
        next_at=when.at,
        next_zone=when.zone,
        reason=sent.get("reason", ""),
        settles=settles,
    )


def log(desk: Desk, lead: Lead, sent: Mapping[str, Any], theirs: LocalTime | None) -> str:
    """What came of it, and when the next try is, in a sentence. What the lead had been called when the page
    was opened tells a second press from a second call."""
    call = read_call(desk, sent, theirs)
    seen = str(sent.get("attempts", ""))

    def read(state: LeadState) -> LeadChange:
        if seen and seen != str(state.lead.attempts):
            raise Refused(
                "called_meanwhile", _("A call to %(lead)s was logged a moment ago.") % {"lead": lead}
            )
        return LeadChange(call=call)

    logged = apply_change(desk.workspace, desk.actor, ById(lead.pk), read)
    outcome = load_catalogue(desk.workspace).call_outcomes[str(call.outcome)]
    words = _("%(lead)s: %(outcome)s.") % {"lead": lead, "outcome": outcome}
    return f"{words} {what_follows(logged.lead, outcome)}".strip()


def what_follows(lead: Lead, outcome: CallOutcome) -> str:
    """When to go on with it; that nobody will, where the ladder of tries is at its end."""
    following = lead.next_action_at
    if following is not None and following > now():
        return ended(_("Next step: %s.") % written(following))
    if following is None and not outcome.reaches and not outcome.marks_bad:
        return _("No further try is planned.")
    return ""
