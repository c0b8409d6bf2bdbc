"""When something is to be done, as a small form says it: soon, tomorrow, next week, or at a time of theirs
or mine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadhub.workspaces.clock import now
from leads.admin.desk import Desk
from leads.models import Address, Lead
from leads.queries.find import address_of
from leads.validation.problems import Problems
from leads.values import LocalTime, clean_moment, local_time, zone_of_place

_NINE: Final = time(9)
SNOOZES: Final = (
    ("hour", gettext_lazy("In an hour")),
    ("tomorrow", gettext_lazy("Tomorrow at 9:00")),
    ("week", gettext_lazy("Next Monday at 9:00")),
    ("at", gettext_lazy("At a time")),
)


@dataclass(frozen=True, slots=True)
class When:
    """`zone` names where the time was agreed, if it was not here."""

    at: datetime | None = None
    zone: str = ""


def their_time(lead: Lead, address: Address | None, at: datetime) -> LocalTime | None:
    """What the clock says where the person is: by the zone given, else by the address, else by the phone."""
    zone = lead.time_zone or (zone_of_place(address.country, address.state) if address else "")
    return local_time(zone, lead.phone_key, at)


def their_time_now(lead: Lead) -> LocalTime | None:
    return their_time(lead, address_of(lead), now())


def read_when(form: Mapping[str, Any], desk: Desk, theirs: LocalTime | None, *, must: bool = False) -> When:
    """Nothing chosen is nothing planned, unless it `must` be."""
    chosen, problems = str(form.get("when", "")), Problems()
    if form.get("at") and chosen in {"", "at"}:
        chosen = "at"
    here = now().astimezone(desk.zone)
    if chosen == "at":
        return _at(form, desk, theirs, problems)
    found = {
        "hour": here + timedelta(hours=1),
        "tomorrow": datetime.combine(here.date() + timedelta(days=1), _NINE, desk.zone),
        "week": datetime.combine(here.date() + timedelta(days=7 - here.weekday()), _NINE, desk.zone),
    }.get(chosen)
    if found is None and (chosen or must):
        problems.add("when", "required", _("Say when."))
        problems.settle()
    return When(found)


def _at(form: Mapping[str, Any], desk: Desk, theirs: LocalTime | None, problems: Problems) -> When:
    text = str(form.get("at", "")).strip()
    zone: Any = desk.zone
    name = ""
    if form.get("zone") == "theirs":
        if theirs is None or theirs.zone is None:
            problems.add("zone", "unknown", _("Where this person is, is not known; say the time in yours."))
            problems.settle()
        else:
            zone, name = theirs.zone, theirs.zone.key
    elif isinstance(zone, ZoneInfo):
        name = zone.key
    if not text:
        problems.add("at", "required", _("Say the day and the time."))
        problems.settle()
    at = problems.attempt("at", text, lambda: clean_moment(text, zone))
    problems.settle()
    return When(at, name)
