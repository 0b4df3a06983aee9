"""Which notices go first where not all may go."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.urgency import Wanted, by_urgency, most_urgent

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 3, 18)


def wanted(
    customer: int, days_ago: int, currency: str = "EUR", channel: str = "email", *, first: bool = False
) -> Wanted:
    return Wanted(customer, TODAY - days_ago * DAY, currency, channel, first)


lists = st.lists(
    st.builds(
        wanted,
        st.integers(1, 5),
        st.integers(-5, 60),
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from(["email", "letter"]),
        first=st.booleans(),
    ),
    unique_by=lambda notice: (notice.customer, notice.currency, notice.channel, notice.is_first_word),
    max_size=12,
)


def test_the_oldest_debt_goes_first() -> None:
    assert [notice.customer for notice in by_urgency([wanted(1, 3), wanted(2, 30), wanted(3, -3)])] == [2, 1, 3]


def test_of_equal_debts_the_older_customer_goes_first() -> None:
    assert [notice.customer for notice in by_urgency([wanted(7, 3), wanted(4, 3)])] == [4, 7]


def test_the_notices_of_one_customer_stay_together() -> None:
    order = by_urgency([wanted(1, 30), wanted(2, 20), wanted(1, 1, "USD")])
    assert [(notice.customer, notice.currency) for notice in order] == [(1, "EUR"), (1, "USD"), (2, "EUR")]


def test_none_may_go() -> None:
    assert most_urgent([wanted(1, 3)], 0) == most_urgent([wanted(1, 3)], -2) == []


@given(lists, st.integers(0, 15))
def test_no_customer_who_waits_owes_longer_than_one_who_is_written_to(notices: list[Wanted], most: int) -> None:
    chosen = most_urgent(notices, most)
    assert len(chosen) == min(most, len(notices))
    oldest = {
        notice.customer: min(n.oldest_due_on for n in notices if n.customer == notice.customer) for notice in notices
    }
    left = {notice.customer for notice in notices if notice not in chosen}
    assert all(oldest[notice.customer] <= oldest[other] for notice in chosen for other in left)
    assert len(left & {notice.customer for notice in chosen}) <= 1


@given(lists, st.randoms())
def test_the_order_does_not_depend_on_where_they_come_from(notices: list[Wanted], random: object) -> None:
    shuffled = sorted(notices, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert by_urgency(shuffled) == by_urgency(notices)
