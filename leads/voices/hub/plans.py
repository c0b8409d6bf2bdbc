"""What is to be done about a lead, and what is written to it, as the native API hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from leads.changes.correspondence import REPORTS
from leads.changes.followups import PLANNED
from leads.changes.messages import CHANNELS, DRAFTED
from leads.models import ActionKind
from leads.values import LIMITS, clean_moment
from leads.values.text import require_text
from leads.voices.hub.kinds import ID, MOMENT, OBJECT, TEXT, Schema, maybe, one_of, several, thing
from leads.voices.hub.sheet import Sheet, sheet_of
from leads.voices.hub.story import ACTION

_ZONE: Final[Schema] = {**TEXT, "description": "Where the time was agreed.", "examples": ["Europe/Berlin"]}
_LONG: Final[Schema] = {"type": "string", "maxLength": LIMITS.note}

ACTIONS: Final = thing("Actions", {"data": several(ACTION)})
PLAN_SENT: Final[Schema] = {
    "title": "PlanRequest",
    "type": "object",
    "required": ["kind", "at", "summary"],
    "properties": {
        "kind": one_of(PLANNED),
        "at": MOMENT,
        "zone": _ZONE,
        "summary": TEXT,
        "input": maybe(OBJECT),
    },
    "additionalProperties": False,
    "examples": [{"kind": "CALL", "at": "2026-03-31T14:05:00Z", "summary": "Talk about the offer."}],
}
MOVE_SENT: Final[Schema] = {
    "title": "ActionPatch",
    "type": "object",
    "properties": {"at": MOMENT, "zone": _ZONE, "assignee": maybe(ID)},
    "additionalProperties": False,
    "examples": [{"at": "2026-04-01T09:00:00+02:00"}],
}
DONE_SENT: Final[Schema] = {
    "title": "CompletionRequest",
    "type": "object",
    "properties": {
        "outcome": {**TEXT, "description": "Of a call: one of the workspace's call outcomes."},
        "note": _LONG,
        "reason": {**TEXT, "description": "Why the call was made although the person opted out."},
    },
    "additionalProperties": False,
    "examples": [{"outcome": "connected", "note": "Sends the papers tomorrow."}],
}
REASON_SENT: Final[Schema] = {
    "title": "CancellationRequest",
    "type": "object",
    "required": ["reason"],
    "properties": {"reason": TEXT},
    "additionalProperties": False,
    "examples": [{"reason": "Has called us."}],
}
_TEXTS: Final[Mapping[str, Schema]] = {
    "channel": one_of(CHANNELS),
    "subject": {**TEXT, "description": "Of an email."},
    "body": {**_LONG, "description": "May have blanks: {{ first_name|there }}."},
}
MESSAGE_SENT: Final[Schema] = {
    "title": "MessageRequest",
    "type": "object",
    "required": ["channel", "body"],
    "properties": {
        **_TEXTS,
        "kind": {**one_of(DRAFTED), "default": ActionKind.MESSAGE.value},
        "to": {
            **TEXT,
            "description": "One of the lead's own numbers or addresses; its first, if none is named.",
        },
        "at": {**maybe(MOMENT), "description": "When it is to go out, once it is approved."},
    },
    "additionalProperties": False,
    "examples": [{"channel": "SMS", "body": "Hello {{ first_name|there }}, when may we call?"}],
}
EDIT_SENT: Final[Schema] = {
    "title": "MessagePatch",
    "type": "object",
    "properties": {name: _TEXTS[name] for name in ("subject", "body")},
    "additionalProperties": False,
    "examples": [{"body": "Hello, may we call you tomorrow?"}],
}
REPORT_SENT: Final[Schema] = {
    "title": "MessageReport",
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": one_of(REPORTS),
        "error": {**TEXT, "description": "Why it failed."},
        "external_id": {**TEXT, "description": "The sender's own id of it."},
    },
    "additionalProperties": False,
    "examples": [{"status": "delivered", "external_id": "SM81c2"}],
}
_RECEIVED: Final[Mapping[str, Schema]] = {
    **_TEXTS,
    "body": _LONG,
    "at": maybe(MOMENT),
    "external_id": {**TEXT, "description": "Said twice under one id, it is there once."},
    "details": maybe(OBJECT),
}
RECEIVED_SENT: Final[Schema] = {
    "title": "ReceivedMessage",
    "type": "object",
    "required": ["channel", "body"],
    "properties": _RECEIVED,
    "additionalProperties": False,
    "examples": [{"channel": "SMS", "body": "Tomorrow at ten, please.", "external_id": "SM90aa"}],
}
RECEIVED_FROM_SENT: Final[Schema] = {
    **RECEIVED_SENT,
    "title": "ReceivedMessageFrom",
    "required": ["from", "channel", "body"],
    "properties": {"from": {**TEXT, "description": "The number or address it came from."}, **_RECEIVED},
    "examples": [{"from": "+4930901820", "channel": "SMS", "body": "STOP", "external_id": "SM90ab"}],
}


def read_plan(body: Mapping[str, object]) -> dict[str, Any]:
    """What `plan_action` takes; the words themselves are judged there."""
    sheet = sheet_of(body, *PLAN_SENT["properties"])
    sheet.require("kind", "at", "summary")
    sent = dict(sheet.sent)
    if not isinstance(sent.get("input"), Mapping | None):
        sheet.problems.add("input", "invalid_type", _("Send an object here."), sent["input"])
    sheet.problems.settle()
    return sent


def read_move(body: Mapping[str, object]) -> dict[str, object]:
    sheet = sheet_of(body, *MOVE_SENT["properties"])
    if not sheet.sent:
        sheet.problems.add("body", "required", _("Send at, zone or assignee."))
    if "zone" in sheet.sent and "at" not in sheet.sent:
        sheet.problems.add("at", "required", _("Send the time that was agreed in this zone."))
    sheet.problems.settle()
    return sheet.sent


def read_completion(body: Mapping[str, object]) -> dict[str, Any]:
    return _read_texts(body, "outcome", "note", "reason")


def read_reason(body: Mapping[str, object]) -> dict[str, Any]:
    return _read_texts(body, "reason", required=("reason",))


def read_message(body: Mapping[str, object]) -> dict[str, Any]:
    sheet = sheet_of(body, *MESSAGE_SENT["properties"])
    sheet.require("channel", "body")
    sheet.problems.settle()
    return {name: value for name, value in sheet.sent.items() if value is not None}


def read_edit(body: Mapping[str, object]) -> dict[str, object]:
    return _settled(sheet_of(body, *EDIT_SENT["properties"]))


def read_report(body: Mapping[str, object]) -> dict[str, Any]:
    return _read_texts(body, "status", "error", "external_id", required=("status",))


def read_received(body: Mapping[str, object], *more: str) -> dict[str, Any]:
    sheet = sheet_of(body, *more, *_RECEIVED)
    sheet.require("channel", *more)
    for name in more:
        sheet.clean(name, require_text, "")
    if "body" not in sheet.sent:
        sheet.problems.add("body", "required", _("Send a value here."))
    found = {name: value for name, value in sheet.sent.items() if value is not None}
    if "at" in found:
        found["at"] = sheet.clean("at", clean_moment, None)
    if not isinstance(found.get("details", {}), Mapping):
        sheet.problems.add("details", "invalid_type", _("Send an object here."), found["details"])
    sheet.problems.settle()
    return found


def _read_texts(body: Mapping[str, object], *names: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    sheet = sheet_of(body, *names)
    sheet.require(*required)
    found = {name: sheet.clean(name, require_text, "") for name in sheet.sent if sheet.sent[name] is not None}
    sheet.problems.settle()
    return found


def _settled(sheet: Sheet) -> dict[str, object]:
    sheet.problems.settle()
    return sheet.sent
