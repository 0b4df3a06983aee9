"""An organization's calendar: its country's holidays, its own closing days, its working week."""

from __future__ import annotations

import datetime as dt
import functools

import holidays

from dunwell.organizations.models import ClosingDay, Organization
from dunwell.rules.calendars import Calendar


@functools.cache
def _regions() -> dict[str, list[str]]:
    """The regions with holidays of their own, by country; a country the library does not know is not in it."""
    return holidays.list_supported_countries(include_aliases=True)


def known_region(country: str, region: str) -> str | None:
    """The region as the library spells it, whatever the case; None where the country has no such region."""
    wanted = region.strip().casefold()
    return next((name for name in _regions().get(country, []) if name.casefold() == wanted), None)


@functools.lru_cache(maxsize=256)
def public_holidays(country: str, region: str, year: int) -> frozenset[dt.date]:
    """The public holidays of a year; a country the library does not know has none, a region its country's."""
    if country not in _regions():
        return frozenset()
    return frozenset(holidays.country_holidays(country, subdiv=known_region(country, region), years=year))


def calendar_of(organization: Organization, around: dt.date) -> Calendar:
    """The calendar for the year of `around` and its neighbours."""
    settings = organization.settings
    days_off: set[dt.date] = set()
    for year in range(around.year - 1, around.year + 2):
        days_off |= public_holidays(organization.country, organization.region, year)
    days_off.update(ClosingDay.objects.filter(organization=organization).values_list("date", flat=True))
    return Calendar(weekdays=frozenset(settings.window_weekdays), days_off=frozenset(days_off))
