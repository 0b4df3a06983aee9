"""When a message may go: the send window on a day, in the customer's time zone."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from dunwell.rules.calendars import ONE_DAY, Calendar


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


def window_on(day: dt.date, opens: dt.time, closes: dt.time, zone: zoneinfo.ZoneInfo) -> Window:
    """The window of one day. Raises ValueError when it does not open before it closes."""
    if opens >= closes:
        raise ValueError("The send window must open before it closes.")
    return Window(local_moment(day, opens, zone), local_moment(day, closes, zone))


def next_window(
    now: dt.datetime, opens: dt.time, closes: dt.time, zone: zoneinfo.ZoneInfo, calendar: Calendar
) -> Window:
    """The window that is open at `now`, else the next that opens, on the calendar's business days."""
    day = calendar.on_or_after(now.astimezone(zone).date())
    window = window_on(day, opens, closes, zone)
    if now >= window.closes:
        window = window_on(calendar.on_or_after(day + ONE_DAY), opens, closes, zone)
    return window
