"""Unapplied credit against overdue invoices, oldest first."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.netting import OpenItem, net

AS_OF = dt.date(2026, 3, 18)
amounts = st.decimals(Decimal("0.01"), Decimal(1000), places=2)


def item(key: int, overdue: int, balance: str | Decimal = "100") -> OpenItem:
    return OpenItem(key, AS_OF - dt.timedelta(days=overdue), Decimal(balance))


@st.composite
def books(draw: st.DrawFn) -> list[OpenItem]:
    ages = draw(st.lists(st.integers(-10, 40), max_size=8))
    keys = draw(st.permutations(range(len(ages))))
    return [item(key, overdue, draw(amounts)) for key, overdue in zip(keys, ages, strict=True)]


def test_the_oldest_first_the_partly_covered_one_next() -> None:
    assert net([item(1, 4), item(2, 8)], Decimal(150), AS_OF) == {2: Decimal(100), 1: Decimal(50)}


def test_the_key_breaks_ties() -> None:
    assert net([item(2, 4), item(1, 4)], Decimal(30), AS_OF) == {1: Decimal(30), 2: Decimal(0)}


def test_what_is_not_overdue_gets_nothing() -> None:
    assert net([item(1, 0), item(2, -5)], Decimal(500), AS_OF) == {1: Decimal(0), 2: Decimal(0)}


def test_credit_below_zero_is_none() -> None:
    assert net([item(1, 4)], Decimal(-5), AS_OF) == {1: Decimal(0)}


@given(books(), st.decimals(0, 3000, places=2))
def test_sums(items: list[OpenItem], credit: Decimal) -> None:
    parts = net(items, credit, AS_OF)
    overdue = [item for item in items if item.due_on < AS_OF]
    assert set(parts) == {item.key for item in items}
    assert sum(parts.values(), Decimal(0)) == min(credit, sum((item.balance for item in overdue), Decimal(0)))
    assert all(0 <= parts[item.key] <= item.balance for item in items)
    assert all(parts[item.key] == 0 for item in items if item.due_on >= AS_OF)
    for older in overdue:
        for newer in overdue:
            if (older.due_on, older.key) < (newer.due_on, newer.key) and parts[newer.key] > 0:
                assert parts[older.key] == older.balance


@given(books(), st.decimals(0, 3000, places=2), st.randoms())
def test_the_order_given_does_not_matter(items: list[OpenItem], credit: Decimal, shuffler: random.Random) -> None:
    shuffled = items[:]
    shuffler.shuffle(shuffled)
    assert net(shuffled, credit, AS_OF) == net(items, credit, AS_OF)
