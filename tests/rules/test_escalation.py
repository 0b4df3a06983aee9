"""Which step is due, and what becomes of each due step."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.calendars import ONE_DAY, Calendar
from dunwell.rules.escalation import Decision, InvoiceHistory, Step, Tone, cutoff, decide, step_day
from tests.rules.strategies import calendars, days, policies

EVERY_DAY = Calendar(weekdays=frozenset(range(1, 8)))
MONDAY = dt.date(2026, 3, 16)
STEPS = [
    Step(1, -3, Tone.FRIENDLY),
    Step(2, 0, Tone.FRIENDLY),
    Step(3, 3, Tone.NEUTRAL),
    Step(4, 7, Tone.FIRM),
    Step(5, 14, Tone.FINAL),
]


def decided(
    overdue: int, *, done: int | None = None, closed: set[int] | None = None, had_notice: bool | None = None
) -> dict[int, str]:
    """Offset → decision under the default policy for an invoice `overdue` days past due, every day a business day."""
    history = InvoiceHistory(
        due_on=MONDAY - overdue * ONE_DAY,
        furthest_done=done,
        closed=frozenset(closed or ()),
        had_notice=done is not None if had_notice is None else had_notice,
    )
    cutoffs = {step.offset_days: cutoff(step.offset_days, EVERY_DAY, MONDAY) for step in STEPS}
    offsets = {step.lineage: step.offset_days for step in STEPS}
    return {offsets[key]: value.value for key, value in decide(history, STEPS, cutoffs, MONDAY).items()}


@pytest.mark.parametrize(
    ("overdue", "expected"),
    [
        (-4, {}),
        (-3, {-3: "target"}),
        (-1, {-3: "target"}),
        (0, {-3: "missed", 0: "target"}),
        (2, {-3: "missed", 0: "target"}),
        (3, {-3: "missed", 0: "superseded", 3: "target"}),
        (13, {-3: "missed", 0: "superseded", 3: "superseded", 7: "target"}),
        (14, {-3: "missed", 0: "superseded", 3: "superseded", 7: "target", 14: "earlier_notice"}),
        (900, {-3: "missed", 0: "superseded", 3: "superseded", 7: "target", 14: "earlier_notice"}),
    ],
)
def test_an_invoice_that_nobody_wrote_about(overdue: int, expected: dict[int, str]) -> None:
    assert decided(overdue) == expected


@pytest.mark.parametrize(
    ("overdue", "done", "closed", "expected"),
    [
        (3, 0, {1, 2}, {3: "target"}),
        (7, 0, {1, 2}, {3: "superseded", 7: "target"}),
        (14, 7, {1, 2, 3, 4}, {14: "target"}),
        (20, 14, {1, 2, 3, 4, 5}, {}),
        (20, 14, {5}, {-3: "already_past", 0: "already_past", 3: "already_past", 7: "already_past"}),
        (0, -3, {1}, {0: "target"}),
        (14, -3, {1}, {0: "superseded", 3: "superseded", 7: "superseded", 14: "target"}),
    ],
)
def test_an_invoice_with_a_past(overdue: int, done: int, closed: set[int], expected: dict[int, str]) -> None:
    assert decided(overdue, done=done, closed=closed) == expected


def test_a_final_tone_alone_waits_for_an_earlier_notice() -> None:
    steps = [Step(1, 5, Tone.FINAL)]
    history = InvoiceHistory(due_on=MONDAY - 30 * ONE_DAY)
    assert decide(history, steps, {5: MONDAY}, MONDAY) == {1: Decision.NO_EARLIER_STEP}
    dropped = dataclasses.replace(history, closed=frozenset({2}))
    assert decide(dropped, [*steps, Step(2, 3)], {5: MONDAY, 3: MONDAY}, MONDAY) == {1: Decision.NO_EARLIER_STEP}


def test_a_final_tone_is_superseded_by_a_later_gentle_step() -> None:
    steps = [Step(1, 0, Tone.FINAL), Step(2, 5, Tone.FRIENDLY)]
    history = InvoiceHistory(due_on=MONDAY - 30 * ONE_DAY)
    assert decide(history, steps, {0: MONDAY, 5: MONDAY}, MONDAY) == {1: Decision.SUPERSEDED, 2: Decision.TARGET}


@pytest.mark.parametrize(
    ("offset", "due_on", "expected"),
    [
        (-3, dt.date(2026, 3, 23), dt.date(2026, 3, 20)),  # Monday's heads-up on Friday
        (-3, dt.date(2026, 3, 25), dt.date(2026, 3, 20)),  # would be Sunday: back to Friday
        (0, dt.date(2026, 3, 21), dt.date(2026, 3, 23)),  # due on Saturday: Monday
        (7, dt.date(2026, 3, 15), dt.date(2026, 3, 23)),  # would be Sunday: Monday
    ],
)
def test_before_due_moves_back_and_the_others_forward(offset: int, due_on: dt.date, expected: dt.date) -> None:
    assert step_day(due_on, offset, Calendar()) == expected


def test_a_step_before_the_due_date_may_come_a_closure_ahead() -> None:
    """Everything shut for six weeks: the heads-up of what falls due in them goes before."""
    closed = Calendar(days_off=frozenset(dt.date(2026, 7, 1) + n * ONE_DAY for n in range(42)))
    assert step_day(dt.date(2026, 8, 10), -3, closed) == dt.date(2026, 6, 30)
    assert cutoff(-3, closed, dt.date(2026, 6, 30)) == dt.date(2026, 8, 14)
    assert step_day(dt.date(2026, 7, 1), 0, closed) == dt.date(2026, 8, 12)
    assert cutoff(0, closed, dt.date(2026, 8, 11)) == dt.date(2026, 6, 30)


@given(calendars(), days, days, st.integers(-40, 400))
def test_a_step_is_due_exactly_up_to_the_cutoff(
    calendar: Calendar, due_on: dt.date, as_of: dt.date, offset: int
) -> None:
    assert (step_day(due_on, offset, calendar) <= as_of) == (due_on <= cutoff(offset, calendar, as_of))


@given(calendars(), days, st.integers(-40, 60))
def test_the_cutoff_is_the_last_due_date_and_grows(calendar: Calendar, as_of: dt.date, offset: int) -> None:
    limit = cutoff(offset, calendar, as_of)
    assert step_day(limit, offset, calendar) <= as_of < step_day(limit + ONE_DAY, offset, calendar)
    assert cutoff(offset, calendar, as_of + ONE_DAY) >= limit


@given(calendars(), days, st.integers(-40, 60))
def test_a_step_falls_on_a_business_day_on_its_own_side(calendar: Calendar, due_on: dt.date, offset: int) -> None:
    day, plain = step_day(due_on, offset, calendar), due_on + offset * ONE_DAY
    assert calendar.is_business_day(day)
    assert day <= plain if offset < 0 else day >= plain
    assert step_day(due_on + ONE_DAY, offset, calendar) >= day


@st.composite
def situations(draw: st.DrawFn) -> tuple[InvoiceHistory, list[Step], dict[int, dt.date], dt.date]:
    steps, calendar, as_of = draw(policies()), draw(calendars()), draw(days)
    done = draw(st.none() | st.sampled_from([step.offset_days for step in steps]) | st.integers(-20, 60))
    history = InvoiceHistory(
        due_on=as_of - draw(st.integers(-15, 90)) * ONE_DAY,
        furthest_done=done,
        closed=draw(st.frozensets(st.sampled_from([step.lineage for step in steps]))),
        had_notice=done is not None or draw(st.booleans()),
    )
    return history, steps, {step.offset_days: cutoff(step.offset_days, calendar, as_of) for step in steps}, as_of


@given(situations())
def test_laws_of_a_decision(situation: tuple[InvoiceHistory, list[Step], dict[int, dt.date], dt.date]) -> None:
    history, steps, cutoffs, as_of = situation
    decisions = decide(history, steps, cutoffs, as_of)
    by_lineage = {step.lineage: step for step in steps}
    due = {step.lineage for step in steps if history.due_on <= cutoffs[step.offset_days]}
    assert set(decisions) == due - history.closed, "every due step that is not closed has a decision, and no other"
    targets = [by_lineage[lineage] for lineage, decision in decisions.items() if decision is Decision.TARGET]
    assert len(targets) <= 1
    for lineage, decision in decisions.items():
        step = by_lineage[lineage]
        past = history.furthest_done is not None and step.offset_days <= history.furthest_done
        assert (decision is Decision.ALREADY_PAST) == past
        if decision is Decision.MISSED:
            assert step.offset_days < 0
            assert history.due_on <= as_of
        if decision is Decision.SUPERSEDED:
            assert targets
            assert step.offset_days < targets[0].offset_days
        if decision is Decision.EARLIER_NOTICE:
            assert step.tone is Tone.FINAL
            assert not history.had_notice
            assert targets
            assert targets[0].offset_days < step.offset_days
        if decision is Decision.NO_EARLIER_STEP:
            assert step.tone is Tone.FINAL
            assert not history.had_notice
            assert not targets
    for target in targets:
        assert history.had_notice or target.tone is not Tone.FINAL
        assert target.offset_days >= 0 or history.due_on > as_of


@given(situations())
def test_what_goes_is_decided_once(situation: tuple[InvoiceHistory, list[Step], dict[int, dt.date], dt.date]) -> None:
    """After the target went and the finals are closed, only a final tone that waited can be left to go."""
    history, steps, cutoffs, as_of = situation
    decisions = decide(history, steps, cutoffs, as_of)
    target = next((lineage for lineage, decision in decisions.items() if decision is Decision.TARGET), None)
    if target is None:
        return
    ended = {key for key, decision in decisions.items() if decision is not Decision.EARLIER_NOTICE}
    offset = next(step.offset_days for step in steps if step.lineage == target)
    after = dataclasses.replace(
        history,
        furthest_done=max(offset, history.furthest_done if history.furthest_done is not None else offset),
        closed=history.closed | ended,
        had_notice=True,
    )
    again = decide(after, steps, cutoffs, as_of)
    waited = {key for key, decision in decisions.items() if decision is Decision.EARLIER_NOTICE}
    assert set(again) == waited
    assert set(again.values()) <= {Decision.TARGET, Decision.SUPERSEDED}
