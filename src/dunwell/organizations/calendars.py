"""An organization's calendar: its country's holidays, its own closing days, its working week."""

from __future__ import annotations

import datetime as dt
import functools

import holidays

from dunwell.organizations.models import ClosingDay, Organization
from dunwell.rules.calendars import Calendar


@functools.lru_cache(maxsize=256)
def public_holidays(country: str, region: str, year: int) -> frozenset[dt.date]:
    """The public holidays of a year; a country or region the library does not know has none."""
    if not country:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return frozenset()


def calendar_of(organization: Organization, around: dt.date) -> Calendar:
    """The calendar for the year of `around` and its neighbours."""
    settings = organization.settings
    days_off: set[dt.date] = set()
    for year in range(around.year - 1, around.year + 2):
        days_off |= public_holidays(organization.country, organization.region, year)
    days_off.update(ClosingDay.objects.filter(organization=organization).values_list("date", flat=True))
    return Calendar(weekdays=frozenset(settings.window_weekdays), days_off=frozenset(days_off))
