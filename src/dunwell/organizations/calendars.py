"""An organization's calendar: its country's holidays, its own closing days, its working week."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

from dunwell.organizations.models import ClosingDay, Organization
from dunwell.rules.calendars import Calendar


@functools.cache
def _regions() -> dict[str, list[str]]:
    """The regions with holidays of their own, by country; a country the library does not know is not in it."""
    import holidays  # here: its calendars take a tenth of a second, and most commands and pages ask for none

    return holidays.list_supported_countries(include_aliases=True)


def known_region(country: str, region: str) -> str | None:
    """The region as the library spells it, whatever the case; None where the country has no such region."""
    wanted = region.strip().casefold()
    return next((name for name in _regions().get(country, []) if name.casefold() == wanted), None)


@functools.lru_cache(maxsize=4096)
def public_holidays(country: str, region: str, year: int) -> frozenset[dt.date]:
    """The public holidays of a year; a country the library does not know has none, a region its country's."""
    import holidays

    if country not in _regions():
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=known_region(country, region), years=year))


@dataclass(frozen=True)
class DaysOff:
    """Public holidays of every year, found when one is asked about, and an organization's own closing days."""

    country: str
    region: str
    closing_days: frozenset[dt.date]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and (
            day in self.closing_days or day in public_holidays(self.country, self.region, day.year)
        )


def calendar_of(organization: Organization) -> Calendar:
    """The organization's calendar, for any year: old debts and replays ask far back."""
    closing_days = ClosingDay.objects.filter(organization=organization).values_list("date", flat=True)
    days_off = DaysOff(organization.country, organization.region, frozenset(closing_days))
    return Calendar(weekdays=frozenset(organization.settings.window_weekdays), days_off=days_off)
