"""How urgent a case is, and whose."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.cases import CaseFacts, Escalation, EscalationRule, StepReached, escalate

OLD = EscalationRule(1, 3, minimum_days=14)
LARGE = EscalationRule(2, 1, minimum_days=30, minimum_overdue=Decimal(10_000), owner=7)
BROKEN = EscalationRule(3, 2, broken_promise=True, role="collector")
RULES = [OLD, LARGE, BROKEN]


def facts(days: int = 1, overdue: int = 100, **others: Any) -> CaseFacts:
    return CaseFacts(days, Decimal(overdue), **others)


def test_what_nothing_fits_has_the_lowest_priority() -> None:
    assert escalate(facts(), RULES) == Escalation(4)


def test_all_that_a_rule_asks_for_must_hold() -> None:
    assert escalate(facts(30, 9_999), RULES) == Escalation(3, rules=(1,))
    assert escalate(facts(30, 10_000), RULES) == Escalation(1, rules=(1, 2), owner=7)


def test_the_most_urgent_priority_counts_and_the_first_named_takes_care() -> None:
    found = escalate(facts(40, 20_000, broken_promise=True), [BROKEN, LARGE])
    assert found == Escalation(1, rules=(3, 2), role="collector")


@pytest.mark.parametrize("name", ["defaulted_again", "broken_promise", "refused", "last_step_done"])
def test_each_event_raises_it(name: str) -> None:
    asked: dict[str, Any] = {name: True}
    rule = EscalationRule(9, 2, **asked)
    assert escalate(facts(), [rule]).priority == 4
    assert escalate(facts(**{name: True}), [rule]).priority == 2


def test_a_reached_step_raises_it_the_furthest_first() -> None:
    steps = (StepReached(3, 31, priority=3, role="collector"), StepReached(14, 32, role="finance_head"))
    assert escalate(facts(steps=steps), []) == Escalation(3, steps=(32, 31), role="finance_head")
    assert escalate(facts(broken_promise=True, steps=steps), RULES) == Escalation(
        2, rules=(3,), steps=(32, 31), role="collector"
    )


def test_a_step_gives_it_to_a_person_who_works_here_else_to_the_role() -> None:
    named = StepReached(14, 32, role="finance_head", owner=7)
    assert escalate(facts(steps=(named,)), []) == Escalation(4, steps=(32,), owner=7)
    assert escalate(facts(broken_promise=True, steps=(named,)), [BROKEN]).role == "collector"
    gone = StepReached(14, 32, role="finance_head")
    assert escalate(facts(steps=(StepReached(3, 31, owner=7), gone)), []).role == "finance_head"


@given(st.integers(0, 100), st.integers(0, 20_000), st.booleans(), st.permutations(RULES))
def test_order_changes_who_takes_care_but_never_the_priority(
    days: int, overdue: int, broken: bool, rules: list[EscalationRule]
) -> None:
    case = facts(days, overdue, broken_promise=broken)
    assert escalate(case, rules).priority == escalate(case, RULES).priority
    assert set(escalate(case, rules).rules) == set(escalate(case, RULES).rules)
