"""Days, moments and time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leads import values
from leads.values.windows_zones import WINDOWS_ZONES
from tests.refusals import code_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("raw", ["2026-03-31", " 2026-03-31 ", date(2026, 3, 31)])
def test_a_day_is_written_year_month_day(raw):
    assert values.clean_date(raw) == date(2026, 3, 31)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "31.03.2026",
        "03/31/2026",
        "2026-3-31",
        "20260331",
        "2026-W14-2",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2026-03-31T10:00:00Z",
        "٢٠٢٦-٠٣-٣١",
        "tomorrow",
    ],
)
def test_what_is_no_day_is_refused(raw):
    assert code_of(values.clean_date, raw) == "invalid_date"


@pytest.mark.parametrize("raw", [None, 20260331, True, [], datetime(2026, 3, 31, tzinfo=UTC)])
def test_a_day_is_not_made_of_other_things(raw):
    assert code_of(values.clean_date, raw) == "invalid_type"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("2026-03-31T10:00:00Z", "2026-03-31T10:00:00.000Z"),
        ("2026-03-31t10:00:00z", "2026-03-31T10:00:00.000Z"),
        ("2026-03-31 10:00:00+02:00", "2026-03-31T08:00:00.000Z"),
        ("2026-03-31T10:00:00-0530", "2026-03-31T15:30:00.000Z"),
        ("2026-03-31T10:00Z", "2026-03-31T10:00:00.000Z"),
        ("2026-03-31T10:00:00.1239999Z", "2026-03-31T10:00:00.123Z"),
        ("2026-03-31T10:00:00.5Z", "2026-03-31T10:00:00.500Z"),
        (" 2026-03-31T23:59:59.999999+00:00 ", "2026-03-31T23:59:59.999Z"),
        ("1999-12-31T23:00:00-02:00", "2000-01-01T01:00:00.000Z"),
        (datetime(2026, 3, 31, 10, 0, 0, 1999, tzinfo=BERLIN), "2026-03-31T08:00:00.001Z"),
    ],
)
def test_a_moment_is_utc_cut_to_milliseconds(raw, shown):
    moment = values.clean_moment(raw)
    assert moment.tzinfo is UTC
    assert values.format_moment(moment) == shown
    assert values.clean_moment(shown) == moment
    assert values.clean_moment(moment) == moment


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "2026-03-31",
        "2026-03-31T10:00:00",
        "2026-03-31T25:00:00Z",
        "2026-03-31T24:00:00Z",
        "2026-03-31T10:60:00Z",
        "2026-03-31T10:00:60Z",
        "2026-02-30T10:00:00Z",
        "2026-03-31T10:00:00+24:00",
        "2026-03-31T10:00:00+02:60",
        "2026-03-31T10:00:00 Europe/Berlin",
        "2026-03-31T10:00:00,5Z",
        "20260331T100000Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1899-12-31T23:59:59Z",
        "3000-01-01T00:00:00Z",
        "1767225600",
        "now",
        "2026-03-31T10:00:00." + "1" * 13 + "Z",
        datetime(2026, 3, 31),
    ],
)
def test_what_is_no_certain_moment_is_refused(raw):
    assert code_of(values.clean_moment, raw) == "invalid_date"


@pytest.mark.parametrize("raw", [None, 1767225600, True, [], date(2026, 3, 31)])
def test_a_moment_is_not_made_of_other_things(raw):
    assert code_of(values.clean_moment, raw) == "invalid_type"


def test_a_moment_without_a_zone_is_read_in_the_zone_of_the_form():
    noon = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert values.clean_moment("2026-07-01T12:00", BERLIN) == noon
    assert values.clean_moment(datetime(2026, 7, 1, 12), BERLIN) == noon
    assert values.clean_moment("2026-07-01T10:00:00Z", BERLIN) == noon


def test_an_hour_that_a_clock_skips_is_still_a_moment():
    assert values.format_moment(values.clean_moment("2026-03-29T02:30", BERLIN)) == "2026-03-29T01:30:00.000Z"


@given(
    st.datetimes(
        datetime(1901, 1, 1),
        datetime(2998, 12, 31),
        timezones=st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    )
)
def test_a_moment_comes_back_as_it_went(raw):
    moment = values.clean_moment(raw.isoformat())
    assert timedelta(0) <= raw - moment < timedelta(milliseconds=1)
    assert values.clean_moment(values.format_moment(moment)) == moment


# Time zones


@pytest.mark.parametrize(
    ("raw", "name", "zone"),
    [
        ("America/New_York", "America/New_York", "America/New_York"),
        (" america/new_york ", "America/New_York", "America/New_York"),
        ("UTC", "UTC", "UTC"),
        ("Eastern Standard Time", "Eastern Standard Time", "America/New_York"),
        ("w. europe standard time", "W. Europe Standard Time", "Europe/Berlin"),
    ],
)
def test_a_time_zone_keeps_its_name_and_is_found(raw, name, zone):
    assert values.clean_time_zone(raw) == name
    assert values.zone_of(raw) == ZoneInfo(zone)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "EDT5",
        "+02:00",
        "Mars/Olympus",
        "../../etc/passwd",
        "localtime",
        "Factory",
        "/etc/localtime",
        "a\x00",
    ],
)
def test_what_names_no_place_is_no_time_zone(raw):
    assert code_of(values.clean_time_zone, raw) == "invalid_time_zone"
    assert values.zone_of(raw) is None


def test_a_refused_time_zone_names_the_nearest():
    with pytest.raises(ValidationError) as caught:
        values.clean_time_zone("America/New York")
    assert caught.value.params["nearest"] == "America/New_York"


def test_every_name_that_windows_has_stands_for_a_zone():
    assert {name for name, zone in WINDOWS_ZONES.items() if zone not in values.available_zones()} == set()
    longest = max(map(len, (*WINDOWS_ZONES, *values.available_zones())))
    assert longest <= values.LIMITS.time_zone
