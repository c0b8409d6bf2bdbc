"""Action logs: entries and actions as the vendor lists them, and the activities that an integrator writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final
from uuid import UUID

from leads.change import ActorKind
from leads.models import Action, ActionKind, Document, Entry, Message
from leads.queries.full import LogLine
from leads.timeline import unescape
from leads.values import LIMITS, format_moment
from leads.voices.omniai.documents import Link, show_message_document
from leads.voices.omniai.leads import moment_or_none
from leads.voices.shape import Null, Part, Shape

MOST_IN_BUNDLE: Final = 100
API_ACTIVITY: Final = "API_ACTIVITY"

# Their list of types is closed; what it has no word for is told as the nearest one.
_TYPE_OF_ACTOR: Final[Mapping[str, str]] = {
    ActorKind.KEY: API_ACTIVITY,
    ActorKind.USER: "MANUAL_UPDATE",
    ActorKind.IMPORT: "SYSTEM_NOTE",
    ActorKind.SYSTEM: "SYSTEM_NOTE",
}
_TYPE_OF_ACTION: Final[Mapping[str, str]] = {
    ActionKind.MESSAGE: "MESSAGE",
    ActionKind.EMAIL: "MESSAGE",
    ActionKind.SMS: "MESSAGE",
    ActionKind.FOLLOW_UP_MESSAGE: "FOLLOW_UP_MESSAGE",
    ActionKind.TOOL_CALL: "TOOL_CALL",
    ActionKind.CALL: "MANUAL_UPDATE",
    ActionKind.TASK: "MANUAL_UPDATE",
}
_UPLOADED: Final = "document_uploaded"
_EVENTS: Final[Mapping[str, str]] = {"created": "lead_created", "updated": "lead_updated"}

# Paths of the store that have a name here, for what other doors wrote.
_KEY_OF_PATH: Final[Mapping[str, str]] = {
    "first_name": "firstName",
    "middle_name": "middleName",
    "last_name": "lastName",
    "email": "email",
    "phone": "phoneNumber",
    "business_name": "businessName",
    "external_id": "externalLeadId",
    "time_zone": "timezone",
    "assignee_type": "assigneeType",
    "source": "source",
    "website": "website",
    "portal_link": "externalPortalLink",
}
_FLAG_OF_PATH: Final[Mapping[str, str]] = {
    "email_verified_at": "emailVerified",
    "/consent/all": "didOptOut",
}

ACTIVITY: Final = Shape(
    "OmniAIActivity",
    (
        Part("leadId", means="lead_id", required=True, null=Null.REFUSE, blank=Null.REFUSE),
        Part("eventType", means="event_type", required=True, null=Null.REFUSE, blank=Null.REFUSE),
        Part(
            "title",
            means="title",
            required=True,
            null=Null.REFUSE,
            blank=Null.REFUSE,
            schema={"maxLength": LIMITS.line},
        ),
        Part("description", means="description", schema={"maxLength": LIMITS.note}),
        Part("metadata", means="metadata", type="object", schema={"additionalProperties": True}),
    ),
)


def read_activity(body: Mapping[str, object]) -> dict[str, object]:
    """The arguments of `log_activity`, as they were sent."""
    given = {part.means: body.get(part.name) for part in ACTIVITY.parts}
    del given["lead_id"]
    return given


# Showing

Documents = Mapping[UUID, list[Document]]


def by_message(documents: Iterable[Document]) -> dict[UUID, list[Document]]:
    found: dict[UUID, list[Document]] = {}
    for document in documents:
        if document.message_id is not None:
            found.setdefault(document.message_id, []).append(document)
    return found


def show_log(lines: Iterable[LogLine], documents: Documents, link: Link) -> list[dict[str, Any]]:
    return [show_line(line, documents, link) for line in lines]


def show_log_in_bundle(lines: Iterable[LogLine], documents: Documents, link: Link) -> list[dict[str, Any]]:
    """There an API's own activity has the six keys of the page alone."""
    newest = islice(lines, MOST_IN_BUNDLE)
    return [
        _api_entry(line.entry)
        if line.entry is not None and type_of(line.entry) == API_ACTIVITY
        else show_line(line, documents, link)
        for line in newest
    ]


def show_line(line: LogLine, documents: Documents, link: Link) -> dict[str, Any]:
    if line.action is not None:
        return _action(line.action, [_message(message, documents, link) for message in line.messages])
    assert line.entry is not None, "a line is an entry or an action"
    return _entry(line.entry)


def _api_entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "type": API_ACTIVITY,
        "status": "COMPLETED",
        "summary": entry.summary,
        "input": _input(entry),
        "createdAt": format_moment(entry.created_at),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    moment = format_moment(entry.created_at)
    return {
        "id": str(entry.pk),
        "type": type_of(entry),
        "status": "COMPLETED",
        "summary": entry.summary,
        "input": _input(entry),
        "output": None,
        "error": None,
        "parentActionId": None,
        "scheduledAt": moment,
        "createdAt": moment,
        "completedAt": moment,
        "tool": None,
        "messages": [],
    }


def type_of(entry: Entry) -> str:
    if entry.kind == _UPLOADED:
        return "DOCUMENT_UPLOAD"
    return _TYPE_OF_ACTOR.get(entry.actor_kind, "SYSTEM_NOTE")


def _input(entry: Entry) -> dict[str, Any]:
    """As it was sent through this door; for the other doors, what it comes to in this one's words."""
    if "eventType" in entry.input:
        return dict(entry.input)
    source = "api" if entry.actor_kind == ActorKind.KEY else entry.door
    if entry.kind == _UPLOADED:
        return {"source": source, **entry.input}
    lead_updates, checklist_updates = _updates(entry.changes)
    found = {
        "eventType": _EVENTS.get(entry.kind, entry.kind),
        "source": source,
        "leadUpdates": lead_updates,
        "checklistUpdates": checklist_updates,
    }
    return {**found, "note": entry.note} if entry.note else found


def _updates(changes: Mapping[str, list[Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    lead: dict[str, Any] = {}
    checklist: list[dict[str, Any]] = []
    for path, change in changes.items():
        new = change[1]
        if path in _KEY_OF_PATH:
            lead[_KEY_OF_PATH[path]] = new
        elif path in _FLAG_OF_PATH:
            lead[_FLAG_OF_PATH[path]] = new is not None
        elif path.startswith("/answers/"):
            words = new if isinstance(new, dict) else {}
            checklist.append(
                {
                    "code": unescape(path.removeprefix("/answers/")),
                    "value": words.get("value"),
                    "status": words.get("status", "TODO"),
                    "success": True,
                }
            )
    return lead, checklist


def _action(action: Action, messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(action.pk),
        "type": _TYPE_OF_ACTION[action.kind],
        "status": str(action.status),
        "summary": action.summary,
        "input": action.input,
        "output": action.output,
        "error": action.error or None,
        "parentActionId": None if action.parent_id is None else str(action.parent_id),
        "scheduledAt": moment_or_none(action.scheduled_at),
        "createdAt": moment_or_none(action.created_at),
        "completedAt": moment_or_none(action.completed_at),
        "tool": action.tool,
        "messages": messages,
    }


def _message(message: Message, documents: Documents, link: Link) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "channel": message.channel,
        "direction": message.direction,
        "subject": message.subject or None,
        "body": message.body,
        "documents": [show_message_document(one, link) for one in documents.get(message.pk, ())],
    }
