"""Money settles the oldest debt first, of its own account only, and nothing is given twice."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.settling import Debt, Money, oldest_first

DAY = dt.date(2026, 3, 18)
EUR, USD, OTHER = (1, "EUR"), (1, "USD"), (2, "EUR")


def money(number: int, amount: int, *, day: int = 0, account: tuple[int, str] = EUR, meant: int | None = None) -> Money:
    return Money(number, account, Decimal(amount), DAY + dt.timedelta(days=day), meant)


def debt(number: int, amount: int, *, day: int = 0, account: tuple[int, str] = EUR) -> Debt:
    return Debt(number, account, Decimal(amount), DAY + dt.timedelta(days=day))


def test_the_earliest_money_pays_the_oldest_debt() -> None:
    found = oldest_first([money(1, 50, day=2), money(2, 70, day=1)], [debt(8, 100, day=5), debt(9, 10, day=4)])
    assert found == {(2, 9): 10, (2, 8): 60, (1, 8): 40}


def test_what_it_was_meant_for_comes_first_and_the_rest_goes_to_the_oldest() -> None:
    found = oldest_first([money(1, 30), money(2, 30, meant=9)], [debt(8, 20), debt(9, 20, day=3)])
    assert found == {(2, 9): 20, (1, 8): 20}
    found = oldest_first([money(1, 30, meant=9), money(2, 30, meant=9)], [debt(8, 50), debt(9, 40, day=3)])
    assert found == {(1, 9): 30, (2, 9): 10, (2, 8): 20}


def test_accounts_are_apart_also_in_what_was_meant() -> None:
    assert oldest_first([money(1, 30, meant=8)], [debt(8, 20, account=USD), debt(9, 20, account=OTHER)]) == {}
    assert oldest_first([money(1, 30, account=USD)], [debt(8, 20, account=USD), debt(9, 20)]) == {(1, 8): 20}


AMOUNTS = st.integers(1, 9)
ACCOUNTS = st.sampled_from([EUR, USD, OTHER])


@given(
    st.lists(st.tuples(AMOUNTS, st.integers(0, 3), ACCOUNTS, st.none() | st.integers(0, 5)), max_size=8),
    st.lists(st.tuples(AMOUNTS, st.integers(0, 3), ACCOUNTS), max_size=6),
)
def test_nothing_is_given_twice_and_nothing_that_fits_is_left(
    sources: list[tuple[int, int, tuple[int, str], int | None]], debts: list[tuple[int, int, tuple[int, str]]]
) -> None:
    have = [
        money(number, amount, day=day, account=account, meant=meant)
        for number, (amount, day, account, meant) in enumerate(sources)
    ]
    owe = [debt(number, amount, day=day, account=account) for number, (amount, day, account) in enumerate(debts)]
    parts = oldest_first(have, owe)
    assert all(amount > 0 for amount in parts.values())
    spent: dict[int, Decimal] = defaultdict(Decimal)
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for (source, target), amount in parts.items():
        assert have[source].account == owe[target].account
        spent[source] += amount
        paid[target] += amount
    assert all(spent[one.id] <= one.amount for one in have)
    assert all(paid[one.id] <= one.amount for one in owe)
    for account in (EUR, USD, OTHER):
        there = sum((one.amount for one in have if one.account == account), Decimal(0))
        asked = sum((one.amount for one in owe if one.account == account), Decimal(0))
        assert sum((paid[one.id] for one in owe if one.account == account), Decimal(0)) == min(there, asked)
