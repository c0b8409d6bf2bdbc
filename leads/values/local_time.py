"""What time it is for a person: in the zone that was given, else in those that their number can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from leads.values.phone_facts import phone_facts
from leads.values.zone import zone_of

# Outside these hours of theirs nobody wants to be called.
_MORNING: Final = 8
_EVENING: Final = 21


@dataclass(frozen=True, slots=True)
class LocalTime:
    """`earliest` and `latest` differ where a number may be in several zones."""

    earliest: datetime
    latest: datetime
    zone: ZoneInfo | None

    @property
    def early(self) -> str:
        """The clock there, as text: a template would show a moment by the clock of its reader."""
        return f"{self.earliest:%H:%M}"

    @property
    def late(self) -> str:
        return f"{self.latest:%H:%M}"

    @property
    def is_sure(self) -> bool:
        return self.zone is not None

    @property
    def is_unkind(self) -> bool:
        """Whether a call now would come early in the morning or late at night, as far as one can tell."""
        return not (_is_day(self.earliest) or _is_day(self.latest))


def local_time(time_zone: str, e164: str, at: datetime) -> LocalTime | None:
    """None where nothing tells where the person is."""
    given = zone_of(time_zone) if time_zone else None
    if given is not None:
        return LocalTime(at.astimezone(given), at.astimezone(given), given)
    found = [zone for name in phone_facts(e164).time_zones if (zone := zone_of(name))] if e164 else []
    if not found:
        return None
    times = sorted((at.astimezone(zone) for zone in found), key=lambda moment: moment.replace(tzinfo=None))
    same = times[0].replace(tzinfo=None) == times[-1].replace(tzinfo=None)
    return LocalTime(times[0], times[-1], found[0] if same else None)


def _is_day(moment: datetime) -> bool:
    return _MORNING <= moment.hour < _EVENING
