"""Changing a workspace's own settings, by their rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leadhub.workspaces.models import Workspace
from leads.change import Actor
from leads.changes.catalogue import save_workspace
from leads.validation.problems import Problems
from leads.values import clean_boolean, clean_country, clean_currency, clean_line, clean_time_zone

KINDS_OF_DOCUMENTS: Final = ("pdf", "image", "office", "csv")
MOST_TRIES: Final = 10
MOST_COLUMNS: Final = 20
DAYS_OF_WEEK: Final = 7
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST_WAIT: Final = 24 * 60
_BOUNDS: Final = {
    "rate_per_minute": (1, 100_000),
    "pollybot_rate_per_hour": (1, 1_000_000),
    "request_record_days": (1, 3650),
}


def change_workspace(workspace: Workspace, actor: Actor, values: Mapping[str, object]) -> bool:
    """Set some of its settings; what is absent is left alone, and nothing new writes nothing."""
    problems = Problems()
    columns = {
        name: problems.attempt(name, raw, partial(_RULES[name], raw))
        for name, raw in values.items()
        if name in _RULES
    }
    for name in values.keys() - _RULES.keys():
        problems.add(name, "unknown_field", _("A workspace has no such setting."), values[name])
    problems.settle()
    return save_workspace(workspace, actor, columns)


def _clean_name(raw: object) -> str:
    name = clean_line(raw, 200)
    if not name:
        raise ValidationError(_("Give the workspace a name."), code="required")
    return name


def _is_between(raw: object, least: int, most: int) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most


def _between(least: int, most: int) -> Callable[[object], int]:
    def clean(raw: object) -> int:
        if not isinstance(raw, int) or not _is_between(raw, least, most):
            message = _("Enter a whole number from %(least)d to %(most)d.")
            raise ValidationError(message % {"least": least, "most": most}, code="out_of_range")
        return raw

    return clean


def _clean_ladder(raw: object) -> list[int]:
    """Hours between tries; an empty ladder plans none."""
    hours = raw if isinstance(raw, list) else [raw]
    if len(hours) > MOST_TRIES:
        raise ValidationError(_("Plan at most %d further tries.") % MOST_TRIES, code="too_long")
    if wrong := [hour for hour in hours if not _is_between(hour, 1, _LONGEST_WAIT)]:
        message = _(
            "Enter a whole number of hours from 1 to %(most)d in the place of %(wrong)s, and nothing but "
            "a comma or a space between two."
        )
        parts = ", ".join(_("“%s”") % hour for hour in wrong)
        raise ValidationError(message % {"most": _LONGEST_WAIT, "wrong": parts}, code="out_of_range")
    return list(hours)


def _clean_hours(raw: object) -> list[list[str] | None]:
    """From and until of each day from Monday on; no day with hours means around the clock."""
    days = raw if isinstance(raw, list) else [raw]
    if days and len(days) != DAYS_OF_WEEK:
        raise ValidationError(_("Give the hours of all seven days, Monday first."), code="invalid_hours")
    hours = [None if day is None else _clean_day(day) for day in days]
    return hours if any(hours) else []


def _clean_day(raw: object) -> list[str]:
    match raw:
        case [str(opens), str(closes)] if _CLOCK.fullmatch(opens) and _CLOCK.fullmatch(closes):
            return [opens, closes]
    message = _("Give each working day a time from and a time until, such as 09:00 and 17:30.")
    raise ValidationError(message, code="invalid_hours")


def _clean_documents(raw: object) -> list[str]:
    kinds = raw if isinstance(raw, list) else [raw]
    if any(kind not in KINDS_OF_DOCUMENTS for kind in kinds):
        raise ValidationError(_("Choose from the known kinds of documents."), code="invalid_choice")
    return [kind for kind in KINDS_OF_DOCUMENTS if kind in kinds]


def _clean_columns(raw: object) -> list[str]:
    keys = [clean_line(key, 100) for key in raw] if isinstance(raw, list) else [clean_line(raw, 100)]
    if len(keys) > MOST_COLUMNS:
        raise ValidationError(_("Choose at most %d keys.") % MOST_COLUMNS, code="too_long")
    return list(dict.fromkeys(key for key in keys if key))


_RULES: Final[dict[str, Callable[[Any], object]]] = {
    "name": _clean_name,
    "region": clean_country,
    "time_zone": clean_time_zone,
    "currency": clean_currency,
    "retry_ladder": _clean_ladder,
    "working_hours": _clean_hours,
    "document_types": _clean_documents,
    "metadata_columns": _clean_columns,
    **{name: _between(*bounds) for name, bounds in _BOUNDS.items()},
    **dict.fromkeys(
        ("allow_bulk_update", "strict_stages", "own_leads_only", "approve_all_messages"), clean_boolean
    ),
}
