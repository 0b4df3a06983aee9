"""How one customer pays: pure formulas over the invoices they have paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PaidInvoice:
    """One invoice that was fully paid on `paid_on`."""

    issued_on: dt.date
    due_on: dt.date
    paid_on: dt.date

    @property
    def days_to_pay(self) -> int:
        return (self.paid_on - self.issued_on).days

    @property
    def days_late(self) -> int:
        """Days after the due date; negative when it was paid before."""
        return (self.paid_on - self.due_on).days


@dataclass(frozen=True)
class Habit:
    """How some invoices were paid: plain means over invoices, since days are of no currency."""

    invoices: int
    on_time: int
    days_to_pay: float
    days_late: float


def habit(paid: Sequence[PaidInvoice]) -> Habit | None:
    """None without any invoice."""
    if not paid:
        return None
    return Habit(
        invoices=len(paid),
        on_time=sum(invoice.days_late <= 0 for invoice in paid),
        days_to_pay=sum(invoice.days_to_pay for invoice in paid) / len(paid),
        days_late=sum(invoice.days_late for invoice in paid) / len(paid),
    )


def quarter_start(day: dt.date) -> dt.date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def by_quarter(paid: Iterable[PaidInvoice], as_of: dt.date, quarters: int) -> list[tuple[dt.date, Habit | None]]:
    """The last `quarters` calendar quarters by the day of payment, that of `as_of` last, from the first with any."""
    start = quarter_start(as_of)
    starts = [start]
    for _ in range(quarters - 1):
        start = quarter_start(start - dt.timedelta(days=1))
        starts.append(start)
    sorted_in: dict[dt.date, list[PaidInvoice]] = {first: [] for first in reversed(starts)}
    for invoice in paid:
        first = quarter_start(invoice.paid_on)
        if first in sorted_in and invoice.paid_on <= as_of:
            sorted_in[first].append(invoice)
    habits = [(first, habit(invoices)) for first, invoices in sorted_in.items()]
    known = next((index for index, (_, found) in enumerate(habits) if found), len(habits))
    return habits[known:]
