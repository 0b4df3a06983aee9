"""Key figures of receivables: pure formulas over sums that somebody else has added up.

Amounts of one call are of one currency. A figure whose denominator is nothing is None: it is not known, not zero.
Where the field has several formulas, the docstring names the one taken and where it stands.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
# Payment within so many days of an invoice's first notice
DAYS_AFTER_NOTICE = (7, 14, 30)


@dataclass(frozen=True)
class Sales:
    """What was invoiced in a stretch of `days` days: a month, or the part of the present one that has passed."""

    days: int
    amount: Decimal


@dataclass(frozen=True)
class SalesOutstanding:
    """Days of sales that are still unpaid. `at_least`: the sales known do not reach back far enough, it is more."""

    days: Decimal
    at_least: bool = False


def days_sales_outstanding(open_amount: Decimal, sales: Sequence[Sales]) -> SalesOutstanding | None:
    """DSO by countback, `sales` the newest first (the method of Upflow and Credit Today).

    The newest stretch's sales are taken from what is open and its days counted, then those of the one before;
    of the last one as many days as the remainder is of its sales. More than all sales known: "at least" all
    their days. Without any sales it is not known. A stretch with more voided than invoiced counts its days only.
    """
    if not any(stretch.amount > 0 for stretch in sales):
        return None
    days, rest = ZERO, open_amount
    for stretch in sales:
        if rest <= 0:
            break
        amount = max(stretch.amount, ZERO)
        if rest < amount:
            return SalesOutstanding(days + rest / amount * stretch.days)
        days += stretch.days
        rest -= amount
    return SalesOutstanding(days, at_least=rest > 0)


def average_days_delinquent(
    dso: SalesOutstanding | None, best_possible: SalesOutstanding | None
) -> SalesOutstanding | None:
    """ADD = DSO − best possible DSO (what DSO would be were nothing overdue): the days that late payers cost."""
    if dso is None or best_possible is None:
        return None
    return SalesOutstanding(max(dso.days - best_possible.days, ZERO), dso.at_least)


def collection_effectiveness(
    open_at_start: Decimal, sales: Decimal, open_at_end: Decimal, not_due_at_end: Decimal
) -> Decimal | None:
    """CEI of one month in percent, with that month's sales (Credit Research Foundation).

    (start + sales − end) ÷ (start + sales − not due at end) × 100: of what could have come in, how much is gone from
    the book. Quarters are shown month by month: average sales and whole-period sales give different answers.
    """
    collectable = open_at_start + sales - not_due_at_end
    if collectable <= 0:
        return None
    return (open_at_start + sales - open_at_end) / collectable * 100


def average_days(amount_days: Decimal, amount: Decimal) -> Decimal | None:
    """Days to pay, weighted: Σ(amount × (paid − issued)) ÷ Σ amount. `amount_days` is the numerator."""
    return amount_days / amount if amount > 0 else None


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A part in percent of the whole."""
    return Decimal(part) / Decimal(whole) * 100 if whole else None


@dataclass(frozen=True)
class Change:
    """How a figure has moved since an earlier day; `percent` is None where there was nothing before."""

    since: dt.date
    before: Decimal
    difference: Decimal

    @property
    def percent(self) -> Decimal | None:
        return self.difference / self.before * 100 if self.before > 0 else None


def change(now: Decimal | int, before: Decimal | int, since: dt.date) -> Change:
    return Change(since, Decimal(before), Decimal(now) - Decimal(before))


def a_month_before(day: dt.date) -> dt.date:
    """The same day of the month before, or its last day: 31 March gives 28 February."""
    last_of_before = day.replace(day=1) - dt.timedelta(days=1)
    return last_of_before.replace(day=min(day.day, last_of_before.day))


def month_starts(until: dt.date, months: int) -> list[dt.date]:
    """The first days of the last `months` months, that of `until` last."""
    first = until.replace(day=1)
    starts = [first]
    for _ in range(months - 1):
        first = (first - dt.timedelta(days=1)).replace(day=1)
        starts.append(first)
    return starts[::-1]


def month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def by_stretch(by_month: dict[dt.date, Decimal], known_from: dt.date, as_of: dt.date) -> list[Sales]:
    """Sales by month (keyed by its first day) as stretches of real length, the newest first, back to `known_from`."""
    stretches: list[Sales] = []
    first = as_of.replace(day=1)
    while month_end(first) >= known_from:
        start, end = max(first, known_from), min(month_end(first), as_of)
        stretches.append(Sales((end - start).days + 1, by_month.get(first, ZERO)))
        first = (first - dt.timedelta(days=1)).replace(day=1)
    return stretches


@dataclass(frozen=True)
class Band:
    """Invoices paid `first` to `last` days after they were issued; None: without end."""

    name: str
    label: str
    first: int
    last: int | None


DAYS_TO_PAY = (
    Band("paid_0_15", "0 to 15 days", 0, 15),
    Band("paid_16_30", "16 to 30 days", 16, 30),
    Band("paid_31_45", "31 to 45 days", 31, 45),
    Band("paid_46_60", "46 to 60 days", 46, 60),
    Band("paid_61_90", "61 to 90 days", 61, 90),
    Band("paid_91", "Over 90 days", 91, None),
)
