"""What the whole book adds up to, from the rollups of the last assessment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import BookTotal, CustomerBalance, StandingCount
from dunwell.organizations.models import Organization
from dunwell.rules.aging import BUCKETS
from dunwell.rules.standing import Standing


@dataclass(frozen=True)
class Book:
    """Totals by currency, the base currency first, and the number of customers by standing.

    `as_of` is the day of the assessment; None before the first one.
    """

    as_of: dt.date | None
    totals: Sequence[BookTotal]
    customers: dict[str, int]


def book(organization: Organization) -> Book:
    totals = list(BookTotal.objects.filter(organization=organization))
    totals.sort(key=lambda total: (total.currency != organization.base_currency, -total.outstanding, total.currency))
    counts = dict.fromkeys((standing.value for standing in Standing), 0)
    counts.update(StandingCount.objects.filter(organization=organization).values_list("standing", "customers"))
    return Book(max((total.as_of for total in totals), default=None), totals, counts)


@dataclass(frozen=True)
class AgeShare:
    """One age of what is owed in one currency. `label` reads "31 to 60 days"."""

    name: str
    label: str
    amount: Decimal


def ages(amounts: BookTotal | CustomerBalance) -> list[AgeShare]:
    """What is owed by age; the shares add up to `amounts.outstanding`."""
    return [AgeShare(bucket.name, bucket.label, getattr(amounts, bucket.name)) for bucket in BUCKETS]


def currencies(organization: Organization) -> list[str]:
    """The currencies this organization is owed in, its base currency first."""
    return [total.currency for total in book(organization).totals]
