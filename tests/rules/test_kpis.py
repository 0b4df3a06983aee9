"""Key figures against the field's own worked examples, and at their edges."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dunwell.rules.kpis import (
    DAYS_TO_PAY,
    Sales,
    SalesOutstanding,
    a_month_before,
    average_days,
    average_days_delinquent,
    by_stretch,
    change,
    collection_effectiveness,
    days_sales_outstanding,
    month_starts,
    share,
)

D = Decimal


def test_dso_counts_back_as_the_field_does() -> None:
    """212k open, 100k, 80k and 70k sold in months of 30 days: 30 + 30 + 32/70 × 30."""
    sales = [Sales(30, D(100)), Sales(30, D(80)), Sales(30, D(70))]
    found = days_sales_outstanding(D(212), sales)
    assert found is not None
    assert (round(found.days, 1), found.at_least) == (D("73.7"), False)


@pytest.mark.parametrize(
    ("open_amount", "sales", "expected"),
    [
        (D(0), [Sales(30, D(100))], SalesOutstanding(D(0))),
        (D(100), [Sales(30, D(100))], SalesOutstanding(D(30))),
        (D(101), [Sales(30, D(100))], SalesOutstanding(D(30), at_least=True)),
        (D(50), [Sales(10, D(-20)), Sales(30, D(100))], SalesOutstanding(D(25))),
        (D(50), [Sales(10, D(0))], None),
        (D(50), [], None),
    ],
)
def test_dso_at_its_edges(open_amount: Decimal, sales: list[Sales], expected: SalesOutstanding | None) -> None:
    assert days_sales_outstanding(open_amount, sales) == expected


def test_add_is_what_late_payers_cost() -> None:
    dso, best = SalesOutstanding(D(44)), SalesOutstanding(D(30))
    assert average_days_delinquent(dso, best) == SalesOutstanding(D(14))
    assert average_days_delinquent(dso, None) is None


def test_cei_with_one_months_sales() -> None:
    assert collection_effectiveness(D(100), D(50), D(60), D(60)) == 100
    assert collection_effectiveness(D(100), D(50), D(150), D(50)) == 0
    assert collection_effectiveness(D(0), D(50), D(50), D(50)) is None


def test_averages_and_shares_of_nothing_are_not_known() -> None:
    assert average_days(D(0), D(0)) is None
    assert average_days(D(3000), D(100)) == 30
    assert share(1, 4) == 25
    assert share(0, 0) is None


def test_a_change_from_nothing_has_no_percentage() -> None:
    assert change(D(150), D(100), dt.date(2026, 3, 1)).percent == 50
    assert change(D(150), D(0), dt.date(2026, 3, 1)).percent is None


@pytest.mark.parametrize(
    ("day", "before"), [("2026-03-31", "2026-02-28"), ("2026-01-15", "2025-12-15"), ("2024-03-29", "2024-02-29")]
)
def test_a_month_before(day: str, before: str) -> None:
    assert a_month_before(dt.date.fromisoformat(day)) == dt.date.fromisoformat(before)


def test_months_and_stretches_have_their_real_length() -> None:
    until = dt.date(2026, 3, 18)
    assert month_starts(until, 3) == [dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1)]
    sales = {dt.date(2026, 3, 1): D(5), dt.date(2026, 1, 1): D(7)}
    assert by_stretch(sales, dt.date(2026, 1, 20), until) == [Sales(18, D(5)), Sales(28, D(0)), Sales(12, D(7))]


def test_every_number_of_days_has_one_band() -> None:
    for days in range(400):
        assert sum(band.first <= days and (band.last is None or days <= band.last) for band in DAYS_TO_PAY) == 1
