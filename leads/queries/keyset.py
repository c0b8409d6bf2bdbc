"""Paging by the last row seen: a cursor that says where it was, and the condition that goes on behind it."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, F, Func, Lookup, UUIDField, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext as _

from leadhub.workspaces.ids import parse_id
from leads.values import clean_moment

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended: in which order and part of it, at which moment, at which row; and whether what is
    wanted stands ahead of it."""

    order: str
    at: datetime
    id: UUID
    part: int = 0
    ahead: bool = False


def write_cursor(mark: Mark) -> str:
    place: list[object] = [mark.order, mark.at.isoformat(), mark.id.hex, mark.part]
    text = json.dumps([*place, 1] if mark.ahead else place, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: object, order: str, *, both_ways: bool = False) -> Mark:
    """The mark of a cursor that was written for the same order; anything else is refused."""
    try:
        mark = _read(text, order)
        if mark.ahead and not both_ways:
            raise ValueError(text)
        return mark
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError):
        raise ValidationError(
            _("This cursor is not one of this list; start again from its first page."), code="invalid_cursor"
        ) from None


def _read(text: object, order: str) -> Mark:
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise ValueError(text)
    named, at, raw_id, part, *ahead = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    row_id = parse_id(f"lead_{raw_id}")
    if named != order or row_id is None or part not in (0, 1) or ahead not in ([], [1]):
        raise ValueError(text)
    return Mark(order, clean_moment(at), row_id, part, bool(ahead))


class _Pair(Func):
    template = "(%(expressions)s)"
    output_field = DateTimeField()


def behind(column: str, mark: Mark, *, descending: bool = True) -> Lookup[Any]:
    """Whether a row stands behind the mark in the order of (moment, id).

    A comparison of pairs, because it walks the index from the very row: an import gives thousands of leads
    one moment, and a condition on the moment alone would read them all again for each page.
    """
    compare = LessThan if descending else GreaterThan
    at = Value(mark.at, output_field=DateTimeField())
    return compare(_Pair(F(column), F("id")), _Pair(at, Value(mark.id, output_field=UUIDField())))
