"""Why a due step does not go today: each reason, and their order."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.waiting import EXPLANATIONS, NEEDS_A_PERSON, Facts, Final, Waiting, waiting_reason

AS_OF = dt.date(2026, 3, 18)
DAY = dt.timedelta(days=1)

# What makes each reason apply, in the order of the reasons
CAUSES: dict[Waiting, dict[str, Any]] = {
    Waiting.HELD: {"held": True},
    Waiting.LETTER_UNPOSTED: {"letter_unposted": True},
    Waiting.OLD_DEBT: {"days_overdue_when_first_known": 366},
    Waiting.NETTED: {"credit_covers": True},
    Waiting.BELOW_MINIMUM: {"below_minimum": True},
    Waiting.NO_ADDRESS: {"has_address": False},
    Waiting.CHANNEL_NOT_SET_UP: {"channel_set_up": False},
    Waiting.EARLIER_NOTICE: {"needs_earlier_notice": True},
    Waiting.NO_EARLIER_STEP: {"no_earlier_step": True},
    Waiting.CONTACT_INTERVAL: {"contacted_on": (AS_OF - 2 * DAY,)},
    Waiting.WEEKLY_LIMIT: {"contacted_on": (AS_OF - 4 * DAY, AS_OF - 5 * DAY, AS_OF - 6 * DAY)},
    Waiting.STALE_DATA: {"fresh": False},
}


def test_nothing_stands_in_the_way() -> None:
    assert waiting_reason(Facts(), AS_OF) is None


@pytest.mark.parametrize("reason", CAUSES)
def test_each_reason_alone(reason: Waiting) -> None:
    assert waiting_reason(Facts(**CAUSES[reason]), AS_OF) is reason


@given(st.sets(st.sampled_from(list(CAUSES)), min_size=1))
def test_the_first_of_several_is_named(reasons: set[Waiting]) -> None:
    facts = Facts()
    for reason in sorted(reasons, key=list(Waiting).index, reverse=True):
        contacts = facts.contacted_on + CAUSES[reason].get("contacted_on", ())
        facts = dataclasses.replace(facts, **{**CAUSES[reason], "contacted_on": contacts})
    assert waiting_reason(facts, AS_OF) is min(reasons, key=list(Waiting).index)


@pytest.mark.parametrize(("days", "old"), [(-30, False), (365, False), (366, True)])
def test_a_debt_is_old_when_it_was_more_than_a_year_overdue_at_its_first_import(days: int, old: bool) -> None:
    reason = waiting_reason(Facts(days_overdue_when_first_known=days), AS_OF)
    assert (reason is Waiting.OLD_DEBT) == old


@pytest.mark.parametrize("way_out", [{"old_debt_released": True}, {"had_notice": True}])
def test_an_old_debt_goes_once_a_person_released_it_or_it_was_chased(way_out: dict[str, Any]) -> None:
    assert waiting_reason(Facts(days_overdue_when_first_known=900, **way_out), AS_OF) is None


@pytest.mark.parametrize(
    ("days_ago", "interval", "waits"),
    [(0, 3, True), (2, 3, True), (3, 3, False), (0, 0, False), (0, 1, True), (1, 1, False), (13, 14, True)],
)
def test_the_interval_counts_whole_days(days_ago: int, interval: int, waits: bool) -> None:
    facts = Facts(contacted_on=(AS_OF - days_ago * DAY,), interval_days=interval)
    assert (waiting_reason(facts, AS_OF) is Waiting.CONTACT_INTERVAL) == waits


@pytest.mark.parametrize(
    ("days_ago", "limit", "waits"),
    [
        ((0, 3, 6), 3, True),
        ((0, 3, 7), 3, False),  # a week ago is outside seven days
        ((0, 0, 0), 3, False),  # notices of one day are one contact
        ((6,), 1, True),
        ((7,), 1, False),
        ((), 1, False),
    ],
)
def test_the_weekly_limit_counts_days_of_contact(days_ago: tuple[int, ...], limit: int, waits: bool) -> None:
    contacts = tuple(AS_OF - days * DAY for days in days_ago)
    facts = Facts(contacted_on=contacts, interval_days=0, weekly_limit=limit)
    assert (waiting_reason(facts, AS_OF) is Waiting.WEEKLY_LIMIT) == waits


@given(st.lists(st.integers(0, 30), max_size=10), st.integers(0, 10), st.integers(1, 5))
def test_whoever_keeps_to_the_rule_keeps_both_limits(steps: list[int], interval: int, limit: int) -> None:
    """Trying every day and going when nothing stands in the way never breaks a limit in any seven days."""
    contacts: list[dt.date] = []
    for day in (AS_OF + n * DAY for n in range(30)):
        facts = Facts(contacted_on=tuple(contacts), interval_days=interval, weekly_limit=limit)
        if (day - AS_OF).days in steps and waiting_reason(facts, day) is None:
            contacts.append(day)
    assert all((after - before).days >= interval for before, after in itertools.pairwise(contacts))
    assert all(sum(day <= other < day + 7 * DAY for other in contacts) <= limit for day in contacts)


def test_every_reason_can_be_read() -> None:
    assert set(EXPLANATIONS) == {*Waiting, *Final}
    assert set(NEEDS_A_PERSON) <= set(Waiting)
    assert not {reason.value for reason in Waiting} & {reason.value for reason in Final}
