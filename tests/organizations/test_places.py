"""Countries and regions: whose holidays count, and what is refused before they would be lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from dunwell.organizations.calendars import calendar_of, public_holidays
from dunwell.organizations.models import Organization
from dunwell.organizations.services import change_calendar, change_organization, create_organization

EPIPHANY = dt.date(2026, 1, 6)  # in Bavaria, not in all of Germany
LABOUR_DAY = dt.date(2026, 5, 1)


def make(country: str, region: str) -> Organization:
    return create_organization(
        slug="northlight", name="Northlight", base_currency="EUR", country=country, region=region
    )


def test_an_unknown_region_has_the_holidays_of_its_country() -> None:
    assert EPIPHANY in public_holidays("DE", "by", 2026)
    assert public_holidays("DE", "XX", 2026) == public_holidays("DE", "", 2026)
    assert LABOUR_DAY in public_holidays("DE", "XX", 2026)
    assert public_holidays("", "BY", 2026) == public_holidays("QQ", "", 2026) == frozenset()


@pytest.mark.django_db
def test_a_region_is_kept_as_it_is_spelled_in_the_calendar() -> None:
    organization = make("de", "by")
    assert organization.region == "BY"
    for year in (1999, 2026, 2040):
        assert EPIPHANY.replace(year=year) in calendar_of(organization).days_off


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "region", "sentence"),
    [
        ("DE", "XX", "DE has no region 'XX'"),
        ("", "BY", "A region needs its country"),
        ("XX", "", "is no ISO 3166 country code"),
    ],
)
def test_what_is_no_place_is_refused(country: str, region: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        make(country, region)
    organization = make("DE", "BY")
    with pytest.raises(ValidationError, match=sentence):
        change_organization(organization=organization, country=country, region=region)
    with pytest.raises(ValidationError, match=sentence):
        change_calendar(organization=organization, country=country, region=region, closing_days=[])
    organization.refresh_from_db()
    assert (organization.country, organization.region) == ("DE", "BY")
