"""What the whole book adds up to, from the rollups of the last assessment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from dunwell.followup.models import Amounts, BookTotal, CustomerBalance, CustomerStanding, StandingCount
from dunwell.organizations.scope import Scope
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


def book(scope: Scope) -> Book:
    totals = _totals(scope) if scope.whole_book else _totals_of_owner(scope)
    base = scope.organization.base_currency
    totals.sort(key=lambda total: (total.currency != base, -total.outstanding, total.currency))
    counts = dict.fromkeys((standing.value for standing in Standing), 0)
    if scope.whole_book:
        kept = StandingCount.objects.filter(organization=scope.organization)
        counts.update(kept.values_list("standing", "customers"))
    else:
        own = scope.rows(CustomerStanding).filter(customer__archived_at=None).order_by()
        counts.update(own.values_list("standing").annotate(Count("pk")))
    return Book(max((total.as_of for total in totals), default=None), totals, counts)


def _totals(scope: Scope) -> list[BookTotal]:
    return list(BookTotal.objects.filter(organization=scope.organization))


def _totals_of_owner(scope: Scope) -> list[BookTotal]:
    """What one owner's customers add up to: the same columns, of the same assessment, summed from their balances."""
    days = dict(BookTotal.objects.filter(organization=scope.organization).values_list("currency", "as_of"))
    columns = [field.name for field in Amounts._meta.get_fields()]  # noqa: SLF001 - Django's documented Meta API
    rows: Any = (
        scope.rows(CustomerBalance).order_by().values("currency").annotate(**{f"{n}_sum": Sum(n) for n in columns})
    )
    return [
        BookTotal(
            organization=scope.organization,
            currency=row["currency"],
            as_of=days[row["currency"]],
            **{name: row[f"{name}_sum"] for name in columns},
        )
        for row in rows
        if row["currency"] in days
    ]


@dataclass(frozen=True)
class AgeShare:
    """One age of what is owed in one currency. `label` reads "31 to 60 days"."""

    name: str
    label: str
    amount: Decimal


def ages(amounts: BookTotal | CustomerBalance) -> list[AgeShare]:
    """What is owed by age; the shares add up to `amounts.outstanding`."""
    return [AgeShare(bucket.name, bucket.label, getattr(amounts, bucket.name)) for bucket in BUCKETS]


def currencies(scope: Scope) -> list[str]:
    """The currencies is owed in, its base currency first."""
    return [total.currency for total in book(scope).totals]
