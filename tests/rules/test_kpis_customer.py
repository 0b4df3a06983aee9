"""How one customer pays."""

from __future__ import annotations

import datetime as dt

from dunwell.rules.kpis_customer import Habit, PaidInvoice, by_quarter, habit

DAY = dt.timedelta(days=1)


def paid(on: dt.date, late: int) -> PaidInvoice:
    """Issued 30 days before it was due, paid `late` days after."""
    due_on = on - late * DAY
    return PaidInvoice(due_on - 30 * DAY, due_on, on)


def test_a_habit_is_a_plain_mean_and_the_due_date_itself_is_on_time() -> None:
    day = dt.date(2026, 3, 18)
    assert habit([paid(day, 0), paid(day, 10), paid(day, -4)]) == Habit(3, 2, 32.0, 2.0)
    assert habit([]) is None


def test_quarters_run_from_the_first_with_a_payment_to_that_of_today() -> None:
    as_of = dt.date(2026, 2, 10)
    invoices = [paid(dt.date(2025, 6, 30), 0), paid(dt.date(2025, 7, 1), 5), paid(dt.date(2026, 2, 11), 1)]
    found = by_quarter(invoices, as_of, 8)
    assert [first for first, _ in found] == [
        dt.date(2025, 4, 1),
        dt.date(2025, 7, 1),
        dt.date(2025, 10, 1),
        dt.date(2026, 1, 1),
    ]
    assert [one.invoices if one else 0 for _, one in found] == [1, 1, 0, 0]
    assert by_quarter([], as_of, 8) == []
