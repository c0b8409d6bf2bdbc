"""What happened to a lead, in the native API: its timeline, its dispositions, who else it may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from leads.matching import Match
from leads.models import Action, ActionStatus, DispositionChange, Entry, Message
from leads.queries.log import LogLine
from leads.timeline import describe
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import (
    ANYTHING,
    ID,
    MOMENT,
    OBJECT,
    TEXT,
    WHOLE,
    by_name,
    maybe,
    one_of,
    page_of,
    several,
    thing,
)
from leads.voices.hub.sections import WORDS, show_word, word_schema

ACTOR: Final = thing("Actor", {"kind": TEXT, "name": TEXT, "door": maybe(TEXT)})
_LINE: Final = {"id": ID, "type": one_of(("entry", "action")), "kind": TEXT, "summary": TEXT, "at": MOMENT}
ENTRY: Final = thing(
    "TimelineEntry",
    {
        **_LINE,
        "type": {"const": "entry"},
        "sentence": TEXT,
        "actor": ACTOR,
        "note": maybe(TEXT),
        "changes": {**by_name({"type": "array"}), "description": "By path: what was there, and what is."},
        "input": OBJECT,
        "version": WHOLE,
        "lead_id": ID,
        "action_id": maybe(ID),
        "undoes": maybe(ID),
        "request_id": maybe(TEXT),
    },
)
MESSAGE: Final = thing(
    "Message",
    {"id": ID, "channel": TEXT, "direction": TEXT, "subject": maybe(TEXT), "body": TEXT, "at": MOMENT},
)
ACTION: Final = thing(
    "Action",
    {
        **_LINE,
        "type": {"const": "action"},
        "status": one_of(ActionStatus.values),
        "outcome": maybe(TEXT),
        "actor": ACTOR,
        "assignee": maybe(ID),
        "scheduled_at": MOMENT,
        "zone": {**maybe(TEXT), "description": "Where that time was agreed."},
        "completed_at": maybe(MOMENT),
        "input": ANYTHING,
        "output": ANYTHING,
        "error": maybe(TEXT),
        "lead_id": ID,
        "messages": several(MESSAGE),
    },
)
TIMELINE: Final = page_of("Timeline", {"oneOf": [ENTRY, ACTION]})


def show_line(line: LogLine) -> dict[str, Any]:
    if line.action is not None:
        return show_action(line.action, line.messages)
    assert line.entry is not None, "a line is an entry or an action"
    return show_entry(line.entry)


def show_entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "type": "entry",
        "kind": entry.kind,
        "summary": entry.summary,
        "at": show_moment(entry.created_at),
        "sentence": describe(entry),
        "actor": show_actor(entry),
        "note": entry.note or None,
        "changes": entry.changes,
        "input": entry.input,
        "version": entry.version,
        "lead_id": str(entry.lead_id),
        "action_id": str(entry.action_id) if entry.action_id else None,
        "undoes": str(entry.undoes_id) if entry.undoes_id else None,
        "request_id": entry.request_id or None,
    }


def show_action(action: Action, messages: Iterable[Message]) -> dict[str, Any]:
    return {
        "id": str(action.pk),
        "type": "action",
        "kind": str(action.kind),
        "summary": action.summary,
        "at": show_moment(action.created_at),
        "status": str(action.status),
        "outcome": action.outcome or None,
        "actor": show_actor(action),
        "assignee": str(action.assignee_id) if action.assignee_id else None,
        "scheduled_at": show_moment(action.scheduled_at),
        "zone": action.agreed_zone or None,
        "completed_at": show_moment(action.completed_at),
        "input": action.input,
        "output": action.output,
        "error": action.error or None,
        "lead_id": str(action.lead_id),
        "messages": [_message(message) for message in messages],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "channel": message.channel,
        "direction": message.direction,
        "subject": message.subject or None,
        "body": message.body,
        "at": show_moment(message.created_at),
    }


def show_actor(row: Entry | Action) -> dict[str, Any]:
    return {"kind": row.actor_kind, "name": row.actor_name, "door": row.door or None}


# The history of dispositions.

STEP: Final = thing(
    "DispositionStep",
    {
        "id": ID,
        "outcome": TEXT,
        "stage": TEXT,
        **{name: word_schema(name) for name in WORDS},
        "previous_outcome": maybe(TEXT),
        "changed_at": MOMENT,
        "changed_by": maybe(TEXT),
    },
)


def show_step(row: DispositionChange, dispositions: Mapping[Any, Any]) -> dict[str, Any]:
    disposition = dispositions[row.disposition_id]
    return {
        "id": str(row.pk),
        "outcome": disposition.outcome,
        "stage": str(disposition.stage),
        **{name: show_word(name, getattr(row, name)) for name in WORDS},
        "previous_outcome": row.previous_outcome or None,
        "changed_at": show_moment(row.changed_at),
        "changed_by": row.changed_by_name or None,
    }


# Who may be the same person.

MATCHES: Final = thing(
    "Matches",
    {
        "data": several(
            thing(
                "Match",
                {
                    "id": ID,
                    "name": maybe(TEXT),
                    "email": maybe(TEXT),
                    "phone": maybe(TEXT),
                    "stage": TEXT,
                    "reasons": several(one_of(("phone", "email", "name"))),
                    "created_at": MOMENT,
                },
            )
        )
    },
)


def show_match(match: Match) -> dict[str, Any]:
    lead = match.lead
    return {
        "id": str(lead.pk),
        "name": lead.full_name or lead.business_name or None,
        "email": lead.email or None,
        "phone": lead.phone or None,
        "stage": str(lead.disposition.stage),
        "reasons": list(match.reasons),
        "created_at": show_moment(lead.created_at),
    }
