"""Keys and webhooks in the native API, for those who administer the workspace by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from leadhub.workspaces.models import DIALECTS, SCOPES, ApiKey
from leads.models import WebhookEndpoint
from leads.values import clean_boolean, clean_moment
from leads.voices.hub.fields import show_moment
from leads.voices.hub.kinds import (
    FLAG,
    ID,
    MOMENT,
    OBJECT,
    TEXT,
    WHOLE,
    Schema,
    maybe,
    one_of,
    several,
    thing,
)
from leads.voices.hub.sheet import Sheet, clean_words, sheet_of

_KEY: Final[Mapping[str, Schema]] = {
    "id": {**TEXT, "description": "Stands in the key's text after its prefix; not secret."},
    "name": TEXT,
    "prefix": TEXT,
    "dialects": several(one_of(DIALECTS)),
    "scopes": several(one_of(SCOPES)),
    "is_test": FLAG,
    "created_at": MOMENT,
    "expires_at": maybe(MOMENT),
    "revoked_at": maybe(MOMENT),
    "last_used_at": maybe(MOMENT),
}
KEY: Final = thing("Key", _KEY)
NEW_KEY: Final = thing("NewKey", {**_KEY, "text": {**TEXT, "description": "The key itself, told this once."}})
REVOKED_KEY: Final = thing(
    "RevokedKey",
    {
        **_KEY,
        "also_revoked": {**several(TEXT), "description": "The ids of older keys that it had replaced."},
    },
)
KEY_SENT: Final[Schema] = {
    "title": "KeyRequest",
    "type": "object",
    "required": ["name", "dialects"],
    "properties": {
        "name": {"type": "string", "maxLength": 100},
        "dialects": several(one_of(DIALECTS), minItems=1),
        "scopes": several(one_of(SCOPES), minItems=1),
        "is_test": FLAG,
        "expires_at": maybe(MOMENT),
    },
    "additionalProperties": False,
    "examples": [{"name": "Website chat", "dialects": ["pollybot"], "scopes": ["read", "write"]}],
}


def show_key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.public_id,
        "name": key.name,
        "prefix": key.prefix,
        "dialects": list(key.dialects),
        "scopes": list(key.scopes),
        "is_test": key.is_test,
        "created_at": show_moment(key.created_at),
        "expires_at": show_moment(key.expires_at),
        "revoked_at": show_moment(key.revoked_at),
        "last_used_at": show_moment(key.last_used_at),
    }


def read_key(body: Mapping[str, object]) -> dict[str, Any]:
    """What `issue_key` takes; the words themselves are judged there."""
    sheet = sheet_of(body, "name", "dialects", "scopes", "is_test", "expires_at")
    sheet.require("name", "dialects")
    none: list[str] = []
    wanted: dict[str, Any] = {
        "name": sheet.sent.get("name"),
        "dialects": sheet.clean("dialects", clean_words, none),
        "test": sheet.clean("is_test", clean_boolean, False),
        "expires_at": sheet.clean("expires_at", clean_moment, None),
    }
    if sheet.sent.get("scopes") is not None:
        wanted["scopes"] = sheet.clean("scopes", clean_words, none)
    sheet.problems.settle()
    return wanted


_WEBHOOK: Final[Mapping[str, Schema]] = {
    "id": ID,
    "name": TEXT,
    "url": TEXT,
    "events": several(TEXT),
    "with_test_leads": FLAG,
    "echoes": {**FLAG, "description": "Whether it hears of what its own key wrote."},
    "state": one_of(("active", "paused", "disabled")),
    "paused_reason": maybe(TEXT),
    "failures": WHOLE,
    "failing_since": maybe(MOMENT),
    "created_at": MOMENT,
}
WEBHOOK: Final = thing("Webhook", _WEBHOOK)
NEW_WEBHOOK: Final = thing(
    "NewWebhook", {**_WEBHOOK, "secret": {**TEXT, "description": "Signs what is sent; told this once."}}
)
_WEBHOOK_NAMES: Final = ("name", "url", "events", "with_test_leads", "echoes")


def webhook_sent(events: tuple[str, ...]) -> Schema:
    return {
        "title": "WebhookChange",
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 100},
            "url": {"type": "string", "format": "uri"},
            "events": several(one_of(events), minItems=1),
            "with_test_leads": FLAG,
            "echoes": FLAG,
        },
        "examples": [
            {
                "name": "CRM",
                "url": "https://crm.example/hooks/leads",
                "events": ["lead.created", "lead.updated"],
            }
        ],
    }


def show_webhook(row: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "url": row.url,
        "events": list(row.events),
        "with_test_leads": row.with_test_leads,
        "echoes": row.echoes,
        "state": "disabled" if row.disabled_at else "paused" if row.paused_at else "active",
        "paused_reason": row.paused_reason or None,
        "failures": row.failures,
        "failing_since": show_moment(row.failing_since),
        "created_at": show_moment(row.created_at),
    }


def read_webhook(
    body: Mapping[str, object], row: WebhookEndpoint | None
) -> tuple[dict[str, object], bool | None]:
    """The values to set, and whether it is to be paused; the writer judges the values."""
    problems = sheet_of({}).problems
    shown = {} if row is None else show_webhook(row)
    sheet = Sheet(body, (*_WEBHOOK_NAMES, "state"), problems, "", shown)
    if row is None:
        sheet.require("name", "url", "events")
    state = sheet.sent.pop("state", None)
    if state not in (None, "active", "paused") or (row is None and state == "paused"):
        problems.add("state", "invalid_choice", _("Send active or paused here."), state, ["active", "paused"])
    problems.settle()
    return sheet.sent, None if state is None else state == "paused"


EVENT: Final = thing("Event", {"id": ID, "type": TEXT, "timestamp": MOMENT, "data": OBJECT})
