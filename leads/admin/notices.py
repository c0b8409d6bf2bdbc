"""A message to the person at the desk, which may offer the next step: a link, or an undo button."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Step:
    """`fields` make it a form that is posted to the address, such as an undo; without them it is a link.

    `keys` press it while it is shown.
    """

    label: str
    address: str
    fields: Mapping[str, str] = field(default_factory=dict)
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    text: str
    level: str
    step: Step | None = None


def tell(request: HttpRequest, text: str, *, level: str = "success", step: Step | None = None) -> None:
    """Say it on this answer or, after a redirect, on the next. Levels: success, info, warning, error."""
    kept = json.dumps([step.label, step.address, dict(step.fields), step.keys]) if step else ""
    messages.add_message(request, getattr(messages, level.upper()), text, extra_tags=kept)


def notices(request: HttpRequest) -> list[Notice]:
    """What is to be said now; it is said once."""
    return [_notice(message) for message in messages.get_messages(request)]


def _notice(message: Message) -> Notice:
    step: list[Any] = []
    if message.extra_tags and message.extra_tags.startswith("["):
        step = json.loads(message.extra_tags)
    return Notice(str(message.message), message.level_tag or "info", Step(*step) if step else None)
