"""Business days: on which days this organization works, and where a date moves when it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)
LONGEST_CLOSURE = 366


class NoBusinessDayError(ValueError):
    """The calendar has no business day within a year of the date asked for."""


@dataclass(frozen=True)
class Calendar:
    """A working week and the days off in it.

    `weekdays` are ISO numbers (Monday is 1). `days_off` are public holidays and the organization's own
    closing days: anything that can say of a day whether it is one, as rules know no country.
    """

    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    days_off: Container[dt.date] = frozenset()

    def is_business_day(self, day: dt.date) -> bool:
        return day.isoweekday() in self.weekdays and day not in self.days_off

    def on_or_after(self, day: dt.date) -> dt.date:
        """The day itself if it is a business day, else the next one. Raises NoBusinessDayError."""
        return self._search(day, ONE_DAY)

    def on_or_before(self, day: dt.date) -> dt.date:
        """The day itself if it is a business day, else the one before. Raises NoBusinessDayError."""
        return self._search(day, -ONE_DAY)

    def subtract_business_days(self, day: dt.date, count: int) -> dt.date:
        """The day that lies `count` (≥ 0) business days before `day`."""
        for _ in range(count):
            day = self.on_or_before(day - ONE_DAY)
        return day

    def _search(self, day: dt.date, step: dt.timedelta) -> dt.date:
        for count in range(LONGEST_CLOSURE):
            if self.is_business_day(day + count * step):
                return day + count * step
        raise NoBusinessDayError(
            f"No business day within a year of {day:%Y-%m-%d}: check the working week and closing days."
        )
