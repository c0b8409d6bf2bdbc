"""Time zone names: IANA's, or Windows' where a partner sends those. Kept as given, resolved when used."""

from __future__ import annotations

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leads.values.choice import nearest_of
from leads.values.text import require_text
from leads.values.windows_zones import WINDOWS_ZONES

# Files of the time zone database that are no place's time.
_NO_ZONES: Final = frozenset(("Factory", "localtime", "posixrules"))


def clean_time_zone(raw: object) -> str:
    """The name in its proper case. A Windows name stays one, so that its sender reads back what was sent."""
    text = require_text(raw).strip()
    name = _names().get(text.casefold())
    if name is None:
        nearest = nearest_of(text, available_zones())
        raise ValidationError(
            _("Use the name of a time zone, such as %(example)s."),
            code="invalid_time_zone",
            params={"example": nearest or "America/New_York", "nearest": nearest},
        )
    return name


def zone_of(text: str) -> ZoneInfo | None:
    """The zone behind a name of either kind; None for anything else."""
    name = _names().get(text.strip().casefold())
    return None if name is None else ZoneInfo(WINDOWS_ZONES.get(name, name))


@cache
def available_zones() -> tuple[str, ...]:
    """The IANA names, sorted."""
    return tuple(sorted(available_timezones() - _NO_ZONES))


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in (*WINDOWS_ZONES, *available_zones())}
