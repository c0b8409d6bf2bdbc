"""A call that was made, as the native API hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leads.change import CallLog
from leads.values import LIMITS, clean_moment, clean_text
from leads.values.text import require_text
from leads.voices.hub.kinds import MOMENT, TEXT, Schema, maybe
from leads.voices.hub.sheet import sheet_of

CALL_SENT: Final[Schema] = {
    "title": "CallRequest",
    "type": "object",
    "required": ["outcome"],
    "properties": {
        "outcome": {**TEXT, "description": "One of the workspace's call outcomes."},
        "note": maybe({"type": "string", "maxLength": LIMITS.note}),
        "at": {**maybe(MOMENT), "description": "When it was made; now, if nothing is said."},
        "next_at": {**maybe(MOMENT), "description": "When to call again, if that was agreed."},
        "reason": {**maybe(TEXT), "description": "Why it was made although the person opted out."},
    },
    "additionalProperties": False,
    "examples": [{"outcome": "callback", "note": "In a meeting.", "next_at": "2026-03-31T14:05:00Z"}],
}


def read_call(body: Mapping[str, object]) -> CallLog:
    sheet = sheet_of(body, "outcome", "note", "at", "next_at", "reason")
    sheet.require("outcome")
    call = CallLog(
        outcome=sheet.sent.get("outcome"),
        note=sheet.clean("note", require_text, ""),
        at=sheet.clean("at", clean_moment, None),
        next_at=sheet.clean("next_at", clean_moment, None),
        reason=sheet.clean("reason", lambda raw: clean_text(raw, LIMITS.line), ""),
    )
    sheet.problems.settle()
    return call
