"""Free JSON: what may be stored, and how a patch is merged into it (RFC 7396)."""

from __future__ import annotations

import json
from math import isfinite
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.limits import LIMITS
from leads.values.text import require_text

T = TypeVar("T")


def clean_json(raw: T, *, max_bytes: int = LIMITS.json_bytes, max_depth: int = LIMITS.json_depth) -> T:
    """The same value, once it is known that every database and every reader takes it."""
    _walk(raw, max_depth)
    _check_size(raw, max_bytes)
    return raw


def clean_metadata_patch(raw: object) -> dict[str, object]:
    """An object to merge into the stored one. Its size is judged after the merge, which is what is kept."""
    if not isinstance(raw, dict):
        raise ValidationError(_("Send an object of names and values here."), code="invalid_type")
    _walk(raw, LIMITS.json_depth)
    return raw


def check_metadata_size(merged: dict[str, object]) -> None:
    _check_size(merged, LIMITS.json_bytes)


def merge_patch(stored: dict[str, object], patch: dict[str, object]) -> dict[str, object]:
    """A new object: null removes, objects merge, everything else (lists, too) replaces. Touches neither."""
    merged = dict(stored)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = merge_patch(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def _walk(raw: object, max_depth: int) -> None:
    """Step by step instead of by recursion, so that no depth can exhaust the stack."""
    open_values = [(raw, 1)]
    while open_values:
        value, depth = open_values.pop()
        if isinstance(value, dict | list):
            if depth > max_depth:
                raise ValidationError(
                    _("Nest at most %(depth)d levels deep."), code="too_deep", params={"depth": max_depth}
                )
            if isinstance(value, dict):
                for key in value:
                    _check_text(key)
                open_values.extend((inner, depth + 1) for inner in value.values())
            else:
                open_values.extend((inner, depth + 1) for inner in value)
        else:
            _check_leaf(value)


def _check_leaf(value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if not isinstance(value, int | float):
        _check_text(value)
    elif isinstance(value, float) and not isfinite(value):
        raise ValidationError(_("NaN and infinity cannot be stored; leave them out."), code="invalid_number")
    elif not LIMITS.integer_low <= value <= LIMITS.integer_high:
        # Real ones, too: out there they are whole, and PostgreSQL hands them back as integers.
        raise ValidationError(_("Send numbers of at most 64 bits."), code="too_large")


def _check_text(value: object) -> None:
    if "\x00" in require_text(value):
        raise ValidationError(_("Remove the NUL characters from this text."), code="control_character")


def _check_size(value: object, max_bytes: int) -> None:
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > max_bytes:
        raise ValidationError(
            _("Keep this under %(limit)d bytes of JSON; it is %(size)d."),
            code="too_long",
            params={"limit": max_bytes, "size": size},
        )
