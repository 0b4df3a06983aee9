"""The figures of Home, each beside what it was a week and a month ago.

The present comes from the rollups of the last assessment, the past from the rows of each day; `rules.kpis` has the
formulas. Nothing here reads invoices, so a page costs the same for every size of book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from dunwell.followup.models import BookDay, BookTotal, PlanState, RiskDay, StandingDay
from dunwell.insights.book import Book
from dunwell.organizations.models import Organization
from dunwell.rules import kpis
from dunwell.rules.aging import BUCKETS
from dunwell.rules.kpis import Change, SalesOutstanding
from dunwell.rules.standing import Standing

WEEK = dt.timedelta(days=7)
BEHAVIOR_DAYS = dt.timedelta(days=90)


@dataclass(frozen=True)
class Moved:
    """A figure and how it has moved since a week and a month ago; None where the book cannot speak of that day."""

    now: Decimal
    week: Change | None
    month: Change | None


@dataclass(frozen=True)
class Owed:
    """What is owed in one currency. `ages` has the buckets of `rules.aging` in their order."""

    total: BookTotal
    outstanding: Moved
    overdue: Moved
    at_risk: Moved
    ages: Sequence[tuple[str, Moved]]

    @property
    def currency(self) -> str:
        return self.total.currency


@dataclass(frozen=True)
class Behavior:
    """How one currency's invoices were paid in the 90 days up to `until`, as far back as the book knows them."""

    since: dt.date
    until: dt.date
    invoices: int
    on_time: int
    days_to_pay: Decimal | None
    share_on_time: Decimal | None
    dso: SalesOutstanding | None
    delinquent: SalesOutstanding | None


@dataclass(frozen=True)
class Figures:
    """All of it; `behavior` is that of the chosen currency now and a month ago, `days` its rows, the oldest first."""

    as_of: dt.date
    known_from: dt.date
    owed: Sequence[Owed]
    defaulters: Moved
    currency: str
    behavior: Behavior
    behavior_before: Behavior | None
    days: Sequence[BookDay]


def figures(organization: Organization, book: Book, currency: str = "") -> Figures | None:
    """The figures as of the last assessment; None before the first one. `currency`: whose behavior, else the first."""
    if book.as_of is None:
        return None
    as_of = book.as_of
    known_since = known_from(organization) or as_of
    week, month = as_of - WEEK, kpis.a_month_before(as_of)
    chosen = currency if any(total.currency == currency for total in book.totals) else book.totals[0].currency
    rows = BookDay.objects.filter(organization=organization, day__range=(known_since, as_of))
    found = list(rows.filter(Q(currency=chosen) | Q(day__in=(week, month))).order_by("day"))
    days = [row for row in found if row.currency == chosen]
    past = {(row.day, row.currency): row for row in found if row.day in (week, month)}
    risk = {
        (row.day, row.currency): row.at_risk
        for row in RiskDay.objects.filter(organization=organization, day__in=(as_of, week, month))
    }
    standings = {
        row.day: row.defaulter
        for row in StandingDay.objects.filter(organization=organization, day__in=(week, month), day__gte=known_since)
    }

    def moved(now: Decimal | int, before: dict[dt.date, Decimal | int]) -> Moved:
        changes = [kpis.change(now, before[day], day) if day in before else None for day in (week, month)]
        return Moved(Decimal(now), *changes)

    def owed(total: BookTotal) -> Owed:
        rows = {day: past[day, total.currency] for day in (week, month) if (day, total.currency) in past}

        def of(name: str) -> Moved:
            return moved(getattr(total, name), {day: getattr(row, name) for day, row in rows.items()})

        risks = {day: risk.get((day, total.currency), kpis.ZERO) for day in rows}
        return Owed(
            total,
            of("outstanding"),
            of("overdue"),
            moved(risk.get((as_of, total.currency), kpis.ZERO), {**risks}),
            [(bucket.name, of(bucket.name)) for bucket in BUCKETS],
        )

    return Figures(
        as_of=as_of,
        known_from=known_since,
        owed=[owed(total) for total in book.totals],
        defaulters=moved(book.customers[Standing.DEFAULTER], {**standings}),
        currency=chosen,
        behavior=behavior(days, as_of, known_since),
        behavior_before=behavior(days, month, known_since) if month - BEHAVIOR_DAYS >= known_since else None,
        days=days,
    )


def known_from(organization: Organization) -> dt.date | None:
    """The first day the book can speak of; None before its days have been written."""
    return PlanState.objects.filter(organization=organization).values_list("history_from", flat=True).first()


def days_of(organization: Organization, currency: str, as_of: dt.date, known_from: dt.date) -> list[BookDay]:
    """The rows of one currency's days that the book can speak of, the oldest first."""
    rows = BookDay.objects.filter(organization=organization, currency=currency, day__range=(known_from, as_of))
    return list(rows.order_by("day"))


def behavior(days: Sequence[BookDay], until: dt.date, known_from: dt.date) -> Behavior:
    paid = [row for row in days if until - BEHAVIOR_DAYS < row.day <= until]
    invoices, on_time = sum(row.paid_invoices for row in paid), sum(row.paid_on_time for row in paid)
    amount_days = sum((row.paid_amount_days for row in paid), kpis.ZERO)
    dso, best = sales_outstanding(days, until, known_from)
    return Behavior(
        since=max(until - BEHAVIOR_DAYS + dt.timedelta(days=1), known_from),
        until=until,
        invoices=invoices,
        on_time=on_time,
        days_to_pay=kpis.average_days(amount_days, sum((row.paid_amount for row in paid), kpis.ZERO)),
        share_on_time=kpis.share(on_time, invoices),
        dso=dso,
        delinquent=kpis.average_days_delinquent(dso, best),
    )


def sales_outstanding(
    days: Sequence[BookDay], until: dt.date, known_from: dt.date
) -> tuple[SalesOutstanding | None, SalesOutstanding | None]:
    """DSO and best possible DSO on a day, by countback over the months the book knows."""
    present = next((row for row in reversed(days) if row.day == until), None)
    if present is None:
        return None, None
    by_month: dict[dt.date, Decimal] = {}
    for row in days:
        if row.day <= until:
            first = row.day.replace(day=1)
            by_month[first] = by_month.get(first, kpis.ZERO) + row.invoiced - row.voided
    stretches = kpis.by_stretch(by_month, max(known_from, days[0].day), until)
    return (
        kpis.days_sales_outstanding(present.outstanding, stretches),
        kpis.days_sales_outstanding(present.not_due, stretches),
    )


def weekly(days: Sequence[BookDay], as_of: dt.date, weeks: int) -> list[BookDay]:
    """The rows a week apart that end with `as_of`, at most `weeks`, the oldest first."""
    wanted = {as_of - WEEK * count for count in range(weeks)}
    return [row for row in days if row.day in wanted]
