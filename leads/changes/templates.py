"""Texts with blanks, `{{ first_name|there }}`: what they may name, and how they are filled in.

A syntax of three signs and no more: whoever writes a message is no programmer, and a machine may have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leadhub.workspaces.models import User, Workspace
from leads.models import Lead

_BLANK: Final = re.compile(r"\{\{\s*([A-Za-z_]+)\s*(?:\|([^{}|]*))?\}\}")
_FIELDS: Final = "first_name middle_name last_name full_name business_name email phone source website".split()
_SENDER: Final = "sender_name", "sender_email", "workspace_name"
NAMES: Final = (*_FIELDS, *_SENDER)


def check_template(text: str) -> str:
    """The text, if it can be filled in: each blank is whole and names something known."""
    rest = _BLANK.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise ValidationError(
            _("A blank is not whole. Write it as {{ first_name }} or {{ first_name|there }}."),
            code="invalid_template",
        )
    unknown = [name for name, _fallback in _BLANK.findall(text) if name.lower() not in NAMES]
    if unknown:
        raise ValidationError(
            _("There is no {{ %(name)s }}. Use one of: %(known)s."),
            code="unknown_variable",
            params={"name": unknown[0], "known": ", ".join(NAMES), "choices": NAMES},
        )
    return text


def fill(text: str, values: Mapping[str, Callable[[], str]]) -> str:
    """The text with its blanks filled in. An empty one without a word for that case stops it."""

    def put(found: re.Match[str]) -> str:
        name, fallback = found[1].lower(), found[2]
        value = values[name]().strip()
        if not value and fallback is None:
            raise ValidationError(
                _("{{ %(name)s }} is empty for this lead. Fill it in, or write {{ %(name)s|something }}."),
                code="empty_variable",
                params={"name": name},
            )
        return value or (fallback or "").strip()

    return _BLANK.sub(put, text)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a text says of the lead or the sender: by a blank, or in so many words."""

    name: str
    value: str
    # What stands in for an empty one; None where nothing does, and nothing is sent.
    fallback: str | None = None


def facts_in(text: str, values: Mapping[str, Callable[[], str]]) -> list[Fact]:
    blanks = {name.lower(): fallback.strip() for name, fallback in reversed(_BLANK.findall(text))}
    found = []
    for name, known in values.items():
        value = known().strip()
        if name in blanks:
            found.append(Fact(name, value, blanks[name] or None))
        elif len(value) > 1 and value in text:
            found.append(Fact(name, value))
    return found


def values_of(workspace: Workspace, lead: Lead, sender: User | None) -> dict[str, Callable[[], str]]:
    own: dict[str, Callable[[], str]] = {
        name: lambda name=name: str(getattr(lead, name) or "")  # type: ignore[misc]
        for name in _FIELDS
    }
    return own | {
        "sender_name": lambda: sender.full_name if sender else "",
        "sender_email": lambda: sender.email if sender else "",
        "workspace_name": lambda: workspace.name,
    }
