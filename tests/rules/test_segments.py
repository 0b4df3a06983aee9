"""Segment, risk and expected value, and who gets which policy."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.assignment import AssignmentRule, CustomerFacts, assign
from dunwell.rules.segments import PaymentFacts, SegmentLimits, expected_value, is_late, risk, segment

DUE, DAY = dt.date(2026, 3, 2), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("judged", "late", "expected"),
    [
        (0, 0, "new"),
        (2, 2, "new"),
        (3, 0, "always_on_time"),
        (3, 1, "occasionally_late"),
        (4, 2, "frequent_defaulter"),
        (100, 49, "occasionally_late"),
    ],
)
def test_segments(judged: int, late: int, expected: str) -> None:
    assert segment(PaymentFacts(judged, late), SegmentLimits()) == expected


@pytest.mark.parametrize(
    ("settled", "written_off", "as_of", "expected"),
    [
        (0, False, 9, False),
        (3, False, 9, False),
        (4, False, 9, True),
        (2, True, 9, True),
        (None, False, 3, None),
        (None, False, 4, True),
        (8, False, 3, None),  # settled after the day that is asked about: open then
        (8, False, 5, True),
    ],
)
def test_what_is_late(settled: int | None, written_off: bool, as_of: int, expected: bool | None) -> None:
    settled_on = None if settled is None else DUE + settled * DAY
    assert is_late(DUE, settled_on, written_off, DUE + as_of * DAY, 3) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (PaymentFacts(), 20),
        (PaymentFacts(judged=5), 0),
        (PaymentFacts(judged=3, late=1), 16),
        (PaymentFacts(judged=2, late=2, oldest_overdue_days=45, was_defaulter=True), 80),
        (PaymentFacts(judged=2, late=2, oldest_overdue_days=900, was_defaulter=True), 100),
    ],
)
def test_risk(facts: PaymentFacts, expected: int) -> None:
    assert risk(facts) == expected


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 400), st.booleans())
def test_risk_stays_in_its_range_and_grows_with_lateness(judged: int, late: int, days: int, before: bool) -> None:
    facts = PaymentFacts(judged + late, late, days, before)
    assert 0 <= risk(facts) <= 100
    assert risk(facts) <= risk(PaymentFacts(judged + late, late, days + 30, True))


def test_expected_value() -> None:
    assert expected_value(Decimal("1234.5678"), 25) == Decimal("925.9259")
    assert expected_value(Decimal(100), 100) == 0


def test_the_own_setting_wins_then_the_first_rule_that_fits_then_the_default() -> None:
    facts = CustomerFacts(1, "EUR", Decimal(5000), "DE", frozenset({"vip"}), "new", 40)
    rules = [
        AssignmentRule(1, 10, balance_above=Decimal(5000)),
        AssignmentRule(2, 20, currencies=frozenset({"USD"})),
        AssignmentRule(3, 30, countries=frozenset({"DE", "AT"}), tags=frozenset({"vip", "old"}), minimum_risk=40),
        AssignmentRule(4, 40),
    ]
    given_by = assign(facts, rules, default=99)
    assert (given_by.policy, given_by.rule) == (30, 3)
    assert assign(facts, rules, default=99, own_setting=7).policy == 7
    assert assign(facts, rules[:2], default=99).policy == 99
    assert assign(facts, [AssignmentRule(5, 50, customer=2), AssignmentRule(6, 60, customer=1)], default=99).rule == 6
    assert assign(facts, [AssignmentRule(7, 70, segments=frozenset({"always_on_time"}))], default=99).rule is None
