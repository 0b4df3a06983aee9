"""What a browser gives away about where somebody is, turned into proposals they can change."""

from __future__ import annotations

import functools
import re
import zoneinfo
from dataclasses import dataclass

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

ENGLISH = Locale("en")


@dataclass(frozen=True)
class Proposal:
    country: str = ""
    currency: str = ""
    time_zone: str = ""


def propose(time_zone: str, languages: str) -> Proposal:
    """From the browser's time zone and its Accept-Language: the zone says where somebody is, a language less surely."""
    zone = get_global("zone_aliases").get(time_zone, time_zone)
    country = get_global("zone_territories").get(zone, "")
    if not _is_country(country):
        found = re.search(r"[a-z]{2,3}-([A-Z]{2})\b", languages)
        country = found.group(1) if found and _is_country(found.group(1)) else ""
    return Proposal(
        country=country,
        currency=next(iter(get_territory_currencies(country)), "") if country else "",
        time_zone=zone if zone in dict(time_zones()) else "",
    )


@functools.cache
def countries() -> list[tuple[str, str]]:
    """Every country by its code, sorted by its English name."""
    found = [(code, str(name)) for code, name in ENGLISH.territories.items() if _is_country(code)]
    return sorted(found, key=lambda country: country[1])


@functools.cache
def currencies() -> list[tuple[str, str]]:
    """Every currency that is money somewhere today, "EUR, euro", by its code."""
    codes = {code for country, _ in countries() for code in get_territory_currencies(country)}
    return [(code, f"{code}, {ENGLISH.currencies.get(code, code)}") for code in sorted(codes)]


@functools.cache
def time_zones() -> list[tuple[str, str]]:
    """The zones people live in, once each: their older names are left out."""
    known = get_global("zone_territories")
    return [(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones()) if zone in known]


def _is_country(code: str) -> bool:
    return bool(re.fullmatch(r"[A-Z]{2}", code)) and code in get_global("territory_languages")
