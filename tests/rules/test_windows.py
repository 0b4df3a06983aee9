"""The send window, above all where clocks change."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.calendars import ONE_DAY, Calendar
from dunwell.rules.windows import (
    DAYTIME,
    WHOLE_DAY,
    Hours,
    hours_of,
    local_moment,
    next_window,
    utmost_hours_of,
    window_on,
    zone_of,
)
from tests.rules.strategies import calendars

NINE_TO_SIX = Hours(dt.time(9), dt.time(18))
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
    window = window_on(dt.date(2026, 3, 29), Hours(dt.time(2, 15), dt.time(2, 45)), zone)
    assert window.opens < window.closes


def test_the_end_is_outside() -> None:
    window = window_on(dt.date(2026, 3, 18), NINE_TO_SIX, zoneinfo.ZoneInfo("UTC"))
    assert window.opens in window
    assert window.closes not in window


@pytest.mark.parametrize(("opens", "closes"), [(9, 9), (18, 9)])
def test_a_window_must_open_before_it_closes(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="before it closes"):
        Hours(dt.time(opens), dt.time(closes))


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
    window = next_window(utc(now), NINE_TO_SIX, zoneinfo.ZoneInfo("Europe/Berlin"), Calendar())
    assert window.opens == utc(opens)


@given(moments, times, times, zones, calendars())
def test_the_next_window_is_open_or_to_come_and_none_is_left_out(
    now: dt.datetime, one: dt.time, other: dt.time, zone: zoneinfo.ZoneInfo, calendar: Calendar
) -> None:
    opens, closes = min(one, other), max(one, other)
    if (dt.datetime.combine(now.date(), closes) - dt.datetime.combine(now.date(), opens)).seconds < 3600:
        return  # the settings' window is hours long; one shorter than a change of clocks may be empty
    hours = Hours(opens, closes)
    window = next_window(now, hours, zone, calendar)
    assert now < window.closes
    day = window.opens.astimezone(zone).date()
    assert calendar.is_business_day(day)
    earlier = now.astimezone(zone).date() - ONE_DAY
    while earlier < day:
        if calendar.is_business_day(earlier):
            assert window_on(earlier, hours, zone).closes <= now
        earlier += ONE_DAY


@given(st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)), zones)
def test_business_hours_are_the_same_length_every_day(day: dt.date, zone: zoneinfo.ZoneInfo) -> None:
    """Clocks change at night, so nine hours are nine hours on each day of every zone."""
    window = window_on(day, NINE_TO_SIX, zone)
    assert window.closes - window.opens == dt.timedelta(hours=9)
    assert window.opens.astimezone(zone).time() == NINE_TO_SIX.opens


# Channels


@pytest.mark.parametrize(
    ("channel", "opens", "closes", "expected"),
    [
        ("email", 9, 18, (9, 18)),
        ("email", 0, 23, (0, 23)),
        ("sms", 9, 18, (9, 18)),
        ("sms", 6, 23, (8, 21)),
        ("call", 6, 12, (8, 12)),
        ("call", 20, 23, (20, 21)),
        ("letter", 9, 18, (0, None)),
        ("task", 9, 18, (0, None)),
    ],
)
def test_the_hours_of_a_channel(channel: str, opens: int, closes: int, expected: tuple[int, int | None]) -> None:
    hours = hours_of(channel, Hours(dt.time(opens), dt.time(closes)))
    assert (hours.opens.hour, hours.closes and hours.closes.hour) == expected


@pytest.mark.parametrize("window", [Hours(dt.time(5), dt.time(8)), Hours(dt.time(21), dt.time(23))])
def test_no_call_finds_an_hour_at_night(window: Hours) -> None:
    with pytest.raises(ValueError, match="between 08:00 and 21:00"):
        hours_of("call", window)


@given(times, times, st.sampled_from(["sms", "call"]), moments, zones, calendars())
def test_sms_and_calls_never_go_at_night_whatever_the_window_says(
    one: dt.time, other: dt.time, channel: str, now: dt.datetime, zone: zoneinfo.ZoneInfo, calendar: Calendar
) -> None:
    opens, closes = min(one, other), max(one, other)
    assert DAYTIME.closes is not None
    if opens == closes or opens >= DAYTIME.closes or closes <= DAYTIME.opens:
        return
    window = next_window(now, hours_of(channel, Hours(opens, closes)), zone, calendar)
    first, last = window.opens.astimezone(zone), (window.closes - dt.timedelta(microseconds=1)).astimezone(zone)
    assert dt.time(8) <= first.time() <= last.time() < dt.time(21)
    assert opens <= first.time()
    assert last.time() < closes
    assert first.date() == last.date()


def test_what_a_person_may_not_extend() -> None:
    assert utmost_hours_of("sms") == utmost_hours_of("call") == DAYTIME
    assert utmost_hours_of("email") == utmost_hours_of("letter") == WHOLE_DAY


def test_whose_clock_counts() -> None:
    auckland, berlin = zoneinfo.ZoneInfo("Pacific/Auckland"), zoneinfo.ZoneInfo("Europe/Berlin")
    assert [zone_of(channel, auckland, berlin) for channel in ("email", "sms", "call")] == [auckland] * 3
    assert [zone_of(channel, auckland, berlin) for channel in ("letter", "task")] == [berlin] * 2


@pytest.mark.parametrize(
    ("zone", "day", "opens", "hours"),
    [
        ("Europe/Berlin", "2026-03-18", "2026-03-17 23:00", 24),
        ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00", 25),
        # Midnight itself is skipped in Cairo: the day begins an hour later, and is an hour shorter
        ("Africa/Cairo", "2026-04-24", "2026-04-23 22:00", 23),
        # Midnight itself is repeated in Havana: the day begins with the first
        ("America/Havana", "2026-11-01", "2026-11-01 04:00", 25),
    ],
)
def test_a_whole_day_is_as_long_as_its_day(zone: str, day: str, opens: str, hours: int) -> None:
    window = window_on(dt.date.fromisoformat(day), WHOLE_DAY, zoneinfo.ZoneInfo(zone))
    assert window.opens == utc(opens)
    assert window.closes - window.opens == dt.timedelta(hours=hours)


@given(st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)), zones)
def test_one_day_ends_where_the_next_begins(day: dt.date, zone: zoneinfo.ZoneInfo) -> None:
    assert window_on(day, WHOLE_DAY, zone).closes == window_on(day + ONE_DAY, WHOLE_DAY, zone).opens
