"""Templates of messages in the native API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leads.changes.messages import CHANNELS
from leads.changes.templates import NAMES
from leads.models import MessageTemplate
from leads.values import LIMITS, clean_boolean
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import FLAG, ID, MOMENT, TEXT, Schema, maybe, one_of, thing
from leads.voices.hub.sheet import Sheet, sheet_of

TEMPLATE: Final = thing(
    "Template",
    {
        "id": ID,
        "name": TEXT,
        "channel": one_of(CHANNELS),
        "subject": maybe(TEXT),
        "body": TEXT,
        "archived": FLAG,
        "created_at": MOMENT,
    },
)
TEMPLATE_SENT: Final[Schema] = {
    "title": "TemplateChange",
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 100},
        "channel": one_of(CHANNELS),
        "subject": maybe({"type": "string", "maxLength": LIMITS.line}),
        "body": {
            "type": "string",
            "maxLength": LIMITS.note,
            "description": f"Blanks: {', '.join(NAMES)}; what follows a | stands in for an empty one.",
        },
        "archived": FLAG,
    },
    "additionalProperties": False,
    "examples": [{"name": "First hello", "channel": "SMS", "body": "Hello {{ first_name|there }}!"}],
}
_NAMES: Final = tuple(TEMPLATE_SENT["properties"])


def show_template(row: MessageTemplate) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "channel": row.channel,
        "subject": row.subject or None,
        "body": row.body,
        "archived": row.archived_at is not None,
        "created_at": show_moment(row.created_at),
    }


def read_template(body: Mapping[str, object], row: MessageTemplate | None) -> dict[str, object]:
    """What `save_template` takes, which judges the words."""
    shown = {} if row is None else show_template(row)
    sheet = Sheet(body, _NAMES, sheet_of({}).problems, "", shown)
    if row is None:
        sheet.require("name", "channel", "body")
    values = {name: "" if value is None else value for name, value in sheet.sent.items()}
    if "archived" in values:
        values["archived"] = sheet.clean("archived", clean_boolean, False)
    sheet.problems.settle()
    return values
