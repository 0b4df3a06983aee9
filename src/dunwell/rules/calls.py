"""What follows from a call: whether it counts as a contact, when to try again, and when it may be made at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from dunwell.rules.calendars import Calendar
from dunwell.rules.windows import DAYTIME, local_moment

LATEST_PROMISE_DAYS = 365


class Outcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    PROMISED = "promised"
    DISPUTED = "disputed"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


class Next(StrEnum):
    """What becomes of the call on the worklist."""

    DONE = "done"  # the step has done its work
    TRY_AGAIN = "try_again"  # it stays, and is due on a later day
    GIVEN_UP = "given_up"  # nobody can be reached: the steps after it go on
    OTHER_NUMBER = "other_number"  # it stays, to be tried at another number at once


@dataclass(frozen=True)
class Followed:
    """What follows: `again_on` is the day to try again, `is_contact` whether the customer heard from us."""

    next: Next
    is_contact: bool
    again_on: dt.date | None = None


def follow(
    outcome: Outcome,
    *,
    attempts: int,
    most_attempts: int,
    retry_days: int,
    other_numbers: int,
    today: dt.date,
    calendar: Calendar,
) -> Followed:
    """What follows from a call of today. `attempts` counts those nobody answered, this one not among them.

    A call that nobody answered is no contact, so it does not hold up its own repetition; after `most_attempts` of them
    the call is given up. A wrong number is given up when the customer has no other.
    """
    if outcome is Outcome.NO_ANSWER:
        if attempts + 1 >= most_attempts:
            return Followed(Next.GIVEN_UP, is_contact=False)
        again_on = calendar.on_or_after(today + dt.timedelta(days=max(1, retry_days)))
        return Followed(Next.TRY_AGAIN, is_contact=False, again_on=again_on)
    if outcome is Outcome.WRONG_NUMBER:
        return Followed(Next.OTHER_NUMBER if other_numbers else Next.GIVEN_UP, is_contact=False)
    return Followed(Next.DONE, is_contact=True)


@dataclass(frozen=True)
class CallHours:
    """Whether somebody may be called now, what the clock shows there, and from when on if not."""

    is_open: bool
    local: dt.datetime
    opens: dt.datetime


def call_hours(now: dt.datetime, zone: ZoneInfo) -> CallHours:
    """Nobody is called at night, whatever the send window says: 8:00 to 21:00 on their clock; 21:00 is too late."""
    local = now.astimezone(zone)
    opens, closes = DAYTIME.opens, DAYTIME.closes
    assert closes is not None
    is_open = opens <= local.time() < closes
    day = local.date() if local.time() < closes else local.date() + dt.timedelta(days=1)
    return CallHours(is_open, local, local_moment(day, opens, zone).astimezone(zone))
