"""Business days: what the search finds, and that moving by them is monotonous."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.calendars import LONGEST_CLOSURE, ONE_DAY, Calendar, NoBusinessDayError
from tests.rules.strategies import calendars, days

WEEKDAYS = Calendar()
FRIDAY, SATURDAY, SUNDAY, MONDAY = (dt.date(2026, 3, 20) + n * ONE_DAY for n in range(4))


@pytest.mark.parametrize(
    ("day", "after", "before"),
    [(FRIDAY, FRIDAY, FRIDAY), (SATURDAY, MONDAY, FRIDAY), (SUNDAY, MONDAY, FRIDAY), (MONDAY, MONDAY, MONDAY)],
)
def test_a_weekend_moves_to_its_edges(day: dt.date, after: dt.date, before: dt.date) -> None:
    assert (WEEKDAYS.on_or_after(day), WEEKDAYS.on_or_before(day)) == (after, before)


def test_days_off_join_the_weekend() -> None:
    calendar = Calendar(days_off=frozenset({FRIDAY, MONDAY}))
    assert calendar.on_or_after(FRIDAY) == MONDAY + ONE_DAY
    assert calendar.on_or_before(MONDAY) == FRIDAY - ONE_DAY


@pytest.mark.parametrize(
    ("weekdays", "day", "after"),
    [
        ({7, 1, 2, 3, 4}, FRIDAY, SUNDAY),  # Sunday to Thursday
        ({6}, SUNDAY, SATURDAY + 7 * ONE_DAY),  # one day a week
        ({1, 2, 3, 4, 5, 6, 7}, SUNDAY, SUNDAY),
    ],
)
def test_odd_working_weeks(weekdays: set[int], day: dt.date, after: dt.date) -> None:
    assert Calendar(weekdays=frozenset(weekdays)).on_or_after(day) == after


def test_a_closure_of_most_of_a_year_is_crossed() -> None:
    closed = frozenset(FRIDAY + n * ONE_DAY for n in range(LONGEST_CLOSURE - 3))
    assert Calendar(days_off=closed).on_or_after(FRIDAY) > max(closed)
    assert Calendar(days_off=closed).on_or_before(max(closed)) == FRIDAY - ONE_DAY


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar(weekdays=frozenset()),
        Calendar(days_off=frozenset(FRIDAY + n * ONE_DAY for n in range(-400, 400))),
    ],
)
def test_a_calendar_without_business_days_says_so(calendar: Calendar) -> None:
    for search in (calendar.on_or_after, calendar.on_or_before):
        with pytest.raises(NoBusinessDayError, match="2026-03-20"):
            search(FRIDAY)


def test_no_business_days_before_leave_the_day_even_when_it_is_off() -> None:
    assert WEEKDAYS.subtract_business_days(SATURDAY, 0) == SATURDAY


@pytest.mark.parametrize(
    ("day", "count", "result"), [(MONDAY, 1, FRIDAY), (SATURDAY, 1, FRIDAY), (MONDAY + 7 * ONE_DAY, 6, FRIDAY)]
)
def test_business_days_are_counted_back_over_weekends(day: dt.date, count: int, result: dt.date) -> None:
    assert WEEKDAYS.subtract_business_days(day, count) == result


@given(calendars(), days)
def test_the_search_finds_the_nearest_business_day(calendar: Calendar, day: dt.date) -> None:
    after, before = calendar.on_or_after(day), calendar.on_or_before(day)
    assert before <= day <= after
    assert calendar.is_business_day(after)
    assert calendar.is_business_day(before)
    between = [before + n * ONE_DAY for n in range(1, (after - before).days)]
    assert not any(calendar.is_business_day(other) for other in between)


@given(calendars(), days, st.integers(0, 12))
def test_going_back_counts_business_days(calendar: Calendar, day: dt.date, count: int) -> None:
    start = calendar.subtract_business_days(day, count)
    before = [day - n * ONE_DAY for n in range(1, (day - start).days + 1)]
    assert sum(map(calendar.is_business_day, before)) == count
