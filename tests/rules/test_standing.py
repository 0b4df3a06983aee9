"""What a customer is, from the due dates of what is open and undisputed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.standing import Standing, Thresholds, change_name, days_past_due, standing

AS_OF = dt.date(2026, 3, 18)
ORDER = list(Standing)  # from good to bad
thresholds = st.builds(Thresholds, st.integers(0, 30), st.integers(0, 30), st.integers(0, 60))
overdue_days = st.integers(-60, 120)


def due(*overdue: int) -> list[dt.date]:
    return [AS_OF - dt.timedelta(days=days) for days in overdue]


@pytest.mark.parametrize(
    ("overdue", "grace", "expected"),
    [
        (-8, 0, "current"),
        (-7, 0, "due_soon"),
        (0, 0, "due_soon"),
        (1, 0, "late"),
        (5, 0, "late"),
        (6, 0, "defaulter"),
        (3, 3, "due_soon"),  # overdue inside the grace is not late
        (4, 3, "late"),
        (8, 3, "late"),
        (9, 3, "defaulter"),
    ],
)
def test_thresholds(overdue: int, grace: int, expected: str) -> None:
    assert standing(due(overdue), AS_OF, Thresholds(grace_days=grace)) == expected


def test_without_open_invoices_a_customer_is_current() -> None:
    assert standing([], AS_OF, Thresholds()) is Standing.CURRENT


@pytest.mark.parametrize(("due_on", "days"), [(AS_OF, 0), (dt.date(2026, 3, 17), 1), (dt.date(2026, 3, 25), -7)])
def test_days_past_due(due_on: dt.date, days: int) -> None:
    assert days_past_due(due_on, AS_OF) == days


@given(st.lists(overdue_days, min_size=1), thresholds)
def test_the_oldest_decides(overdue: list[int], limits: Thresholds) -> None:
    assert standing(due(*overdue), AS_OF, limits) is standing(due(max(overdue)), AS_OF, limits)


@given(overdue_days, thresholds)
def test_nobody_gets_better_by_waiting(overdue: int, limits: Thresholds) -> None:
    today = standing(due(overdue), AS_OF, limits)
    tomorrow = standing(due(overdue), AS_OF + dt.timedelta(days=1), limits)
    assert ORDER.index(today) <= ORDER.index(tomorrow)


@pytest.mark.parametrize(
    ("before", "after", "was_defaulter", "name"),
    [
        (None, Standing.DEFAULTER, False, "became_defaulter"),
        (Standing.LATE, Standing.DEFAULTER, False, "became_defaulter"),
        (Standing.CURRENT, Standing.DEFAULTER, True, "defaulted_again"),
        (Standing.DEFAULTER, Standing.LATE, True, "improved_to_late"),
        (Standing.DUE_SOON, Standing.LATE, True, "became_late"),
        (None, Standing.LATE, False, "became_late"),
        (Standing.LATE, Standing.CURRENT, False, "cleared"),
        (Standing.DEFAULTER, Standing.DUE_SOON, True, "cleared"),
        (Standing.CURRENT, Standing.DUE_SOON, False, "became_due_soon"),
        (Standing.DUE_SOON, Standing.CURRENT, False, "became_current"),
    ],
)
def test_names_of_changes(before: Standing | None, after: Standing, was_defaulter: bool, name: str) -> None:
    assert change_name(before, after, was_defaulter) == name
