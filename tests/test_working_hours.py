"""Working hours against a count of minutes, one by one, by the clock on the wall; also in the database."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadhub.workspaces.hours import spans
from leadhub.workspaces.models import Workspace
from leads.queries.reports.worked import Worked
from tests.make import make_workspace

MINUTE = timedelta(minutes=1)
# Each with a moment at which its clocks change: on, back, by half an hour, and over a whole day.
CHANGES = [
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 1, 1, tzinfo=UTC)),
]
CLOCK = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
HOURS = st.lists(st.none() | st.lists(CLOCK, min_size=2, max_size=2), min_size=7, max_size=7)
MINUTES = st.integers(0, 3000)


def minutes_worked(hours, zone, since, until):
    """Every minute whose wall time is within the hours of that day, or of a night that began before."""
    found = 0
    for number in range((until - since) // MINUTE):
        wall = (since + number * MINUTE).astimezone(zone).replace(tzinfo=None)
        for day in (wall.date(), wall.date() - timedelta(days=1)):
            if told := hours[day.weekday()]:
                opens, closes = (datetime.combine(day, time.fromisoformat(word)) for word in told)
                if opens <= wall < (closes if closes > opens else closes + timedelta(days=1)):
                    found += 1
                    break
    return found


@given(HOURS, st.sampled_from(CHANGES), MINUTES, MINUTES)
def test_every_minute_that_the_clock_shows_counts_once(hours, change, before, after):
    zone, moment = ZoneInfo(change[0]), change[1]
    since, until = moment - before * MINUTE, moment + after * MINUTE

    found = spans(hours, zone, since, until)

    assert sum(((end - begin) for begin, end in found), timedelta(0)) == MINUTE * minutes_worked(
        hours, zone, since, until
    )
    assert all(begin < end for begin, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@pytest.mark.django_db
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOURS, st.sampled_from(CHANGES), MINUTES, MINUTES)
def test_the_database_counts_the_same(db, hours, change, before, after):
    workspace = Workspace.objects.first() or make_workspace()
    zone, moment = ZoneInfo(change[0]), change[1]
    since, until = moment - before * MINUTE, moment + after * MINUTE
    # It knows of more than it is asked about, and a lead may have been called before anything is known.
    known = tuple(spans(hours, zone, since, until + timedelta(days=9)))
    worked = Worked(Value(since - timedelta(days=2)), Value(until), spans=known)

    (told,) = Workspace.objects.filter(pk=workspace.pk).values_list(worked)

    assert told == (MINUTE * minutes_worked(hours, zone, since, until),)
