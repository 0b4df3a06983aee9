"""What has happened month by month, from the rows of each day: the tables behind the charts of Insights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import BookDay
from dunwell.insights.kpis import sales_outstanding
from dunwell.rules import kpis
from dunwell.rules.kpis import SalesOutstanding


@dataclass(frozen=True)
class Month:
    """One month of one currency, or the part of it that the book knows. Shares are in percent, None when not known.

    `since` is the first day that it is about: that of the month, or the one on which the book begins.
    """

    first: dt.date
    since: dt.date
    last: dt.date
    outstanding_before: Decimal | None
    outstanding: Decimal
    not_due: Decimal
    received: Decimal
    invoiced: Decimal
    paid_invoices: int
    paid_on_time: int
    share_on_time: Decimal | None
    days_to_pay: Decimal | None
    effectiveness: Decimal | None
    noticed: int
    paid_after_notice: tuple[int, ...]


@dataclass(frozen=True)
class PaidBand:
    """How many invoices were paid within a stretch of days after their issue."""

    name: str
    label: str
    invoices: int
    share: Decimal | None


def months(days: Sequence[BookDay], as_of: dt.date, count: int) -> list[Month]:
    """The last `count` months up to `as_of`, the oldest first; months the book cannot speak of are left out."""
    found = []
    for first in kpis.month_starts(as_of, count):
        last = min(kpis.month_end(first), as_of)
        rows = [row for row in days if first <= row.day <= last]
        if rows:
            before = next((row for row in days if row.day == first - dt.timedelta(days=1)), None)
            found.append(_month(first, last, rows, before))
    return found


def outstanding_days(
    days: Sequence[BookDay], months: Sequence[Month], known_from: dt.date
) -> list[tuple[SalesOutstanding | None, SalesOutstanding | None]]:
    """DSO and best possible DSO at the end of each month."""
    return [sales_outstanding(days, month.last, known_from) for month in months]


def _month(first: dt.date, last: dt.date, rows: Sequence[BookDay], before: BookDay | None) -> Month:
    invoiced = _sum(row.invoiced - row.voided for row in rows)
    paid, on_time = sum(row.paid_invoices for row in rows), sum(row.paid_on_time for row in rows)
    end = rows[-1]
    return Month(
        first=first,
        since=rows[0].day,
        last=last,
        outstanding_before=before.outstanding if before else None,
        outstanding=end.outstanding,
        not_due=end.not_due,
        received=_sum(row.received for row in rows),
        invoiced=invoiced,
        paid_invoices=paid,
        paid_on_time=on_time,
        share_on_time=kpis.share(on_time, paid),
        days_to_pay=kpis.average_days(
            _sum(row.paid_amount_days for row in rows), _sum(row.paid_amount for row in rows)
        ),
        # A month without the day before it has no beginning to count from
        effectiveness=kpis.collection_effectiveness(before.outstanding, invoiced, end.outstanding, end.not_due)
        if before
        else None,
        noticed=sum(row.noticed for row in rows),
        paid_after_notice=tuple(
            sum(getattr(row, f"noticed_paid_{within}") for row in rows) for within in kpis.DAYS_AFTER_NOTICE
        ),
    )


def paid_bands(days: Sequence[BookDay], first: dt.date) -> list[PaidBand]:
    """Invoices paid since `first` by how long it took."""
    counts = [sum(getattr(row, band.name) for row in days if row.day >= first) for band in kpis.DAYS_TO_PAY]
    whole = sum(counts)
    return [
        PaidBand(band.name, band.label, count, kpis.share(count, whole))
        for band, count in zip(kpis.DAYS_TO_PAY, counts, strict=True)
    ]


def age_days(days: Sequence[BookDay], as_of: dt.date, first: dt.date) -> list[BookDay]:
    """The days whose ages are drawn: a week apart up to about half a year, else the ends of months; `as_of` last."""
    if (as_of - first).days <= 190:
        return [row for row in days if row.day >= first and (as_of - row.day).days % 7 == 0]
    return [row for row in days if row.day >= first and (row.day == as_of or row.day == kpis.month_end(row.day))]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, kpis.ZERO)
