"""When something may go: the hours of its channel on a day, in the time zone in which they count.

SMS and calls reach a person at once, so they never go before eight in the morning or from nine in the evening on where
that person is, whatever the send window says (the hours of 47 CFR 64.1200(c)(1) in the United States). Letters and
internal tasks reach nobody at an hour: they go by the business day of the organization.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from dunwell.rules.calendars import ONE_DAY, Calendar

BY_DAY_ONLY = frozenset({"sms", "call"})
BY_BUSINESS_DAY = frozenset({"letter", "task"})


@dataclass(frozen=True)
class Hours:
    """Wall-clock times of one day, from `opens` up to, not including, `closes`; None: until the day ends.

    Raises ValueError when they do not open before they close.
    """

    opens: dt.time
    closes: dt.time | None

    def __post_init__(self) -> None:
        if self.closes is not None and self.opens >= self.closes:
            raise ValueError("The send window must open before it closes.")


DAYTIME = Hours(dt.time(8), dt.time(21))
WHOLE_DAY = Hours(dt.time(0), None)


@dataclass(frozen=True)
class Window:
    """From `opens` up to, not including, `closes`; both with a time zone."""

    opens: dt.datetime
    closes: dt.datetime

    def __contains__(self, moment: dt.datetime) -> bool:
        return self.opens <= moment < self.closes


def local_moment(day: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """The UTC moment of a wall-clock time on a day.

    A time that daylight saving skips moves forward by the gap; one that it repeats is its first occurrence,
    so that a window never opens twice.
    """
    return dt.datetime.combine(day, time, tzinfo=zone).replace(fold=0).astimezone(dt.UTC)


def hours_of(channel: str, window: Hours) -> Hours:
    """The hours in which a channel goes, within the organization's send window.

    Raises ValueError when an SMS or a call finds no hour in it: the settings keep such a window from being saved.
    """
    if channel in BY_BUSINESS_DAY:
        return WHOLE_DAY
    if channel not in BY_DAY_ONLY:
        return window
    assert DAYTIME.closes is not None
    opens = max(window.opens, DAYTIME.opens)
    closes = DAYTIME.closes if window.closes is None else min(window.closes, DAYTIME.closes)
    if opens >= closes:
        raise ValueError("The send window leaves no hour between 08:00 and 21:00.")
    return Hours(opens, closes)


def utmost_hours_of(channel: str) -> Hours:
    """The hours that not even a person's confirmed wish extends."""
    return DAYTIME if channel in BY_DAY_ONLY else WHOLE_DAY


def zone_of(channel: str, customer: zoneinfo.ZoneInfo, organization: zoneinfo.ZoneInfo) -> zoneinfo.ZoneInfo:
    """Whose clock counts: the recipient's, but for what goes by the organization's business day."""
    return organization if channel in BY_BUSINESS_DAY else customer


def window_on(day: dt.date, hours: Hours, zone: zoneinfo.ZoneInfo) -> Window:
    """The window of one day. One that daylight saving skips from end to end is still in order."""
    opens = local_moment(day, hours.opens, zone)
    if hours.closes is None:
        return Window(opens, local_moment(day + ONE_DAY, dt.time(0), zone))
    return Window(opens, local_moment(day, hours.closes, zone))


def next_window(now: dt.datetime, hours: Hours, zone: zoneinfo.ZoneInfo, calendar: Calendar) -> Window:
    """The window that is open at `now`, else the next that opens, on the calendar's business days."""
    day = calendar.on_or_after(now.astimezone(zone).date())
    window = window_on(day, hours, zone)
    if now >= window.closes:
        window = window_on(calendar.on_or_after(day + ONE_DAY), hours, zone)
    return window
