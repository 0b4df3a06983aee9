"""What follows from a call, and when somebody may be called."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from dunwell.rules.calendars import Calendar
from dunwell.rules.calls import Followed, Next, Outcome, call_hours, follow
from tests.worlds import TODAY

WEEK = Calendar()
FRIDAY = TODAY + dt.timedelta(days=2)
BERLIN = ZoneInfo("Europe/Berlin")


def followed(outcome: Outcome, *, attempts: int = 0, other_numbers: int = 0, today: dt.date = TODAY) -> Followed:
    return follow(
        outcome,
        attempts=attempts,
        most_attempts=3,
        retry_days=2,
        other_numbers=other_numbers,
        today=today,
        calendar=WEEK,
    )


@pytest.mark.parametrize("outcome", [Outcome.REACHED, Outcome.PROMISED, Outcome.DISPUTED, Outcome.REFUSED])
def test_who_was_spoken_to_has_been_contacted(outcome: Outcome) -> None:
    assert followed(outcome) == Followed(Next.DONE, is_contact=True)


def test_nobody_answers_until_it_is_given_up() -> None:
    assert followed(Outcome.NO_ANSWER) == Followed(Next.TRY_AGAIN, is_contact=False, again_on=FRIDAY)
    assert followed(Outcome.NO_ANSWER, attempts=1).next is Next.TRY_AGAIN
    assert followed(Outcome.NO_ANSWER, attempts=2) == Followed(Next.GIVEN_UP, is_contact=False)


def test_the_next_try_falls_on_a_business_day() -> None:
    assert followed(Outcome.NO_ANSWER, today=FRIDAY).again_on == FRIDAY + dt.timedelta(days=3)


def test_a_wrong_number_leaves_the_others() -> None:
    assert followed(Outcome.WRONG_NUMBER, other_numbers=1).next is Next.OTHER_NUMBER
    assert followed(Outcome.WRONG_NUMBER).next is Next.GIVEN_UP


@pytest.mark.parametrize(
    ("clock", "is_open", "opens"),
    [
        ("2026-03-18 07:59", False, "2026-03-18 08:00"),
        ("2026-03-18 08:00", True, "2026-03-18 08:00"),
        ("2026-03-18 20:59", True, "2026-03-18 08:00"),
        ("2026-03-18 21:00", False, "2026-03-19 08:00"),
        ("2026-03-28 23:30", False, "2026-03-29 08:00"),  # the clocks change that night
    ],
)
def test_nobody_is_called_at_night(clock: str, is_open: bool, opens: str) -> None:
    local = dt.datetime.fromisoformat(clock).replace(tzinfo=BERLIN)
    hours = call_hours(local.astimezone(dt.UTC), BERLIN)
    assert hours.is_open is is_open
    assert hours.local == local
    assert hours.opens == dt.datetime.fromisoformat(opens).replace(tzinfo=BERLIN)
