"""The send window, above all where clocks change."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.calendars import ONE_DAY, Calendar
from dunwell.rules.windows import local_moment, next_window, window_on
from tests.rules.strategies import calendars

NINE, SIX = dt.time(9), dt.time(18)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Africa/Cairo",
)
zones = st.sampled_from(ZONES).map(zoneinfo.ZoneInfo)
moments = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
times = st.times().map(lambda time: time.replace(microsecond=0))


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "day", "time", "expected"),
    [
        # skipped: 02:30 does not exist, an hour later does
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29 01:30"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08 07:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45"),  # a gap of half an hour
        # repeated: the first of the two
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25 00:30"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01 05:30"),
        ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04 14:45"),
        # ordinary days on both sides of a change
        ("Europe/Berlin", "2026-03-28", "09:00", "2026-03-28 08:00"),
        ("Europe/Berlin", "2026-03-30", "09:00", "2026-03-30 07:00"),
        ("Asia/Kolkata", "2026-01-05", "09:00", "2026-01-05 03:30"),
    ],
)
def test_wall_clock_times(zone: str, day: str, time: str, expected: str) -> None:
    moment = local_moment(dt.date.fromisoformat(day), dt.time.fromisoformat(time), zoneinfo.ZoneInfo(zone))
    assert moment == utc(expected)


def test_a_skipped_time_moves_forward_on_the_wall_clock() -> None:
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    assert local_moment(dt.date(2026, 3, 29), dt.time(2, 30), zone).astimezone(zone).time() == dt.time(3, 30)


def test_a_window_that_lies_in_a_gap_is_still_in_order() -> None:
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    window = window_on(dt.date(2026, 3, 29), dt.time(2, 15), dt.time(2, 45), zone)
    assert window.opens < window.closes


def test_the_end_is_outside() -> None:
    window = window_on(dt.date(2026, 3, 18), NINE, SIX, zoneinfo.ZoneInfo("UTC"))
    assert window.opens in window
    assert window.closes not in window


@pytest.mark.parametrize(("opens", "closes"), [(NINE, NINE), (SIX, NINE)])
def test_a_window_must_open_before_it_closes(opens: dt.time, closes: dt.time) -> None:
    with pytest.raises(ValueError, match="before it closes"):
        window_on(dt.date(2026, 3, 18), opens, closes, zoneinfo.ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-18 04:00", "2026-03-18 08:00"),  # before it opens, Berlin
        ("2026-03-18 12:00", "2026-03-18 08:00"),  # while it is open
        ("2026-03-18 17:00", "2026-03-19 08:00"),  # at its very end
        ("2026-03-20 20:00", "2026-03-23 08:00"),  # Friday night
        ("2026-03-28 12:00", "2026-03-30 07:00"),  # over the change of clocks
    ],
)
def test_the_next_window(now: str, opens: str) -> None:
    window = next_window(utc(now), NINE, SIX, zoneinfo.ZoneInfo("Europe/Berlin"), Calendar())
    assert window.opens == utc(opens)


@given(moments, times, times, zones, calendars())
def test_the_next_window_is_open_or_to_come_and_none_is_left_out(
    now: dt.datetime, one: dt.time, other: dt.time, zone: zoneinfo.ZoneInfo, calendar: Calendar
) -> None:
    opens, closes = min(one, other), max(one, other)
    if (dt.datetime.combine(now.date(), closes) - dt.datetime.combine(now.date(), opens)).seconds < 3600:
        return  # the settings' window is hours long; one shorter than a change of clocks may be empty
    window = next_window(now, opens, closes, zone, calendar)
    assert now < window.closes
    day = window.opens.astimezone(zone).date()
    assert calendar.is_business_day(day)
    earlier = now.astimezone(zone).date() - ONE_DAY
    while earlier < day:
        if calendar.is_business_day(earlier):
            assert window_on(earlier, opens, closes, zone).closes <= now
        earlier += ONE_DAY


@given(st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)), zones)
def test_business_hours_are_the_same_length_every_day(day: dt.date, zone: zoneinfo.ZoneInfo) -> None:
    """Clocks change at night, so nine hours are nine hours on each day of every zone."""
    window = window_on(day, NINE, SIX, zone)
    assert window.closes - window.opens == dt.timedelta(hours=9)
    assert window.opens.astimezone(zone).time() == NINE
