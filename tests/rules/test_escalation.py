"""Which step is due, and what becomes of each due step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.calendars import ONE_DAY, Calendar
from dunwell.rules.escalation import (
    INTERNAL,
    MOST_OCCURRENCES,
    Anchor,
    CatchUp,
    Conditions,
    Decision,
    InvoiceHistory,
    Step,
    Terms,
    Tone,
    cutoff,
    decide,
    step_day,
)
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
        done={} if done is None else {"email": done},
        closed=frozenset((lineage, 0) for lineage in closed or ()),
        had_notice=done is not None if had_notice is None else had_notice,
    )
    offsets = {step.key: step.offset_days for step in STEPS}
    return {offsets[key]: value.value for key, value in decide(history, STEPS, terms_of(STEPS)).items()}


def terms_of(steps: list[Step], calendar: Calendar = EVERY_DAY, as_of: dt.date = MONDAY, **fields: Any) -> Terms:
    offsets = {step.offset_days for step in steps}
    return Terms(
        as_of=as_of,
        cutoffs={offset: cutoff(offset, calendar, as_of) for offset in offsets},
        passed={offset: cutoff(offset, calendar, as_of - ONE_DAY) for offset in offsets},
        **fields,
    )


def outcome(steps: list[Step], overdue: int, terms: Terms | None = None, **history: Any) -> dict[tuple[int, int], str]:
    """Key → decision for an invoice `overdue` days past due, issued 30 days before it."""
    due_on = MONDAY - overdue * ONE_DAY
    facts = InvoiceHistory(due_on=due_on, issued_on=due_on - 30 * ONE_DAY, **history)
    return {key: value.value for key, value in decide(facts, steps, terms or terms_of(steps)).items()}


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
    final = Step(1, 5, Tone.FINAL)
    assert outcome([final], 30) == {(1, 0): "no_earlier_step"}
    assert outcome([final, Step(2, 3)], 30, closed=frozenset({(2, 0)})) == {(1, 0): "no_earlier_step"}


def test_a_final_tone_is_superseded_by_a_later_gentle_step() -> None:
    steps = [Step(1, 0, Tone.FINAL), Step(2, 5, Tone.FRIENDLY)]
    assert outcome(steps, 30) == {(1, 0): "superseded", (2, 0): "target"}


def test_a_repeated_step_goes_so_often_and_no_more() -> None:
    steps = Step(1, 3).repeated(7, 4)
    assert [step.offset_days for step in steps] == [3, 10, 17, 24]
    assert outcome(steps, 12) == {(1, 0): "superseded", (1, 1): "target"}
    done: dict[str, Any] = {"done": {"email": 10}, "closed": frozenset({(1, 0), (1, 1)}), "had_notice": True}
    assert outcome(steps, 16, **done) == {}
    assert outcome(steps, 17, **done) == {(1, 2): "target"}
    assert outcome(steps, 900, **done) == {(1, 2): "superseded", (1, 3): "target"}
    with pytest.raises(ValueError, match="at most"):
        Step(1, 3).repeated(1, MOST_OCCURRENCES + 1)


def test_next_sends_one_after_another() -> None:
    one_by_one = terms_of(STEPS, catch_up=CatchUp.NEXT)
    assert outcome(STEPS, 20, one_by_one) == {
        (1, 0): "missed",
        (2, 0): "target",
        (3, 0): "earlier_step",
        (4, 0): "earlier_step",
        (5, 0): "earlier_notice",
    }
    done: dict[str, Any] = {"done": {"email": 0}, "closed": frozenset({(1, 0), (2, 0)}), "had_notice": True}
    assert outcome(STEPS, 20, one_by_one, **done)[3, 0] == "target"
    assert outcome(STEPS, 20, one_by_one, failed=frozenset({(2, 0)})) == {
        (1, 0): "missed",
        (2, 0): "superseded",
        (3, 0): "target",
        (4, 0): "earlier_step",
        (5, 0): "earlier_notice",
    }


def test_skip_misses_what_was_never_looked_at_on_its_day() -> None:
    skipping = terms_of(STEPS, catch_up=CatchUp.SKIP)
    assert outcome(STEPS, 7, skipping) == {(1, 0): "missed", (2, 0): "missed", (3, 0): "missed", (4, 0): "target"}
    assert outcome(STEPS, 8, skipping)[4, 0] == "missed"
    assert outcome(STEPS, 8, skipping, known=frozenset({(4, 0)}))[4, 0] == "target"


def test_a_channel_that_is_not_set_up_takes_nobodys_place() -> None:
    steps = [Step(1, 3), Step(2, 5, channel="call"), Step(3, 7)]
    assert outcome(steps, 6) == {(1, 0): "target", (2, 0): "target"}
    assert outcome(steps, 7) == {(1, 0): "superseded", (2, 0): "superseded", (3, 0): "target"}
    with_calls = terms_of(steps, channels=frozenset({"email", "call"}))
    assert outcome(steps, 6, with_calls) == {(1, 0): "superseded", (2, 0): "target"}


def test_two_channels_on_one_day_both_go() -> None:
    steps = [Step(1, 3), Step(2, 3, channel="sms")]
    both = terms_of(steps, channels=frozenset({"email", "sms"}))
    assert outcome(steps, 3, both) == {(1, 0): "target", (2, 0): "target"}
    done: dict[str, Any] = {"done": {"email": 3}, "closed": frozenset({(1, 0)}), "had_notice": True}
    assert outcome(steps, 3, both, **done) == {(2, 0): "target"}


def test_a_step_from_the_issue_date_has_its_place_among_the_others() -> None:
    steps = [Step(1, 5, anchor=Anchor.ISSUE), Step(2, -3), Step(3, 33, anchor=Anchor.ISSUE)]
    assert outcome(steps, -25) == {(1, 0): "target"}
    assert outcome(steps, -3) == {(1, 0): "superseded", (2, 0): "target"}
    assert outcome(steps, 3) == {(1, 0): "superseded", (2, 0): "missed", (3, 0): "target"}
    assert outcome(steps, 3, done={"email": 10}) == dict.fromkeys([(1, 0), (2, 0), (3, 0)], "already_past")


def test_conditions() -> None:
    large = Conditions(minimum_balance=Decimal(100), maximum_balance=Decimal(500))
    assert [large.hold_for(Decimal(amount), "new", 0) for amount in (99, 100, 500, 501)] == [False, True, True, False]
    assert large.hold_for(None, "new", 0), "without a rate it is meant for the invoice"
    risky = Conditions(segments=frozenset({"new"}), minimum_risk=40)
    assert [risky.hold_for(None, segment, risk) for segment, risk in (("new", 40), ("new", 39), ("x", 90))] == [
        True,
        False,
        False,
    ]


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


Situation = tuple[InvoiceHistory, list[Step], Terms]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    steps, calendar, as_of = draw(policies()), draw(calendars()), draw(days)
    steps = [
        step for first in steps for step in first.repeated(draw(st.integers(1, 4)), draw(st.sampled_from([1, 1, 3])))
    ]
    channels = {step.channel for step in steps}
    keys = st.frozensets(st.sampled_from([step.key for step in steps]))
    done = draw(st.dictionaries(st.sampled_from(sorted(channels)), st.integers(-20, 60), max_size=2))
    due_on = as_of - draw(st.integers(-15, 90)) * ONE_DAY
    history = InvoiceHistory(
        due_on=due_on,
        issued_on=due_on - draw(st.integers(0, 60)) * ONE_DAY,
        done=done,
        closed=draw(keys),
        known=draw(keys),
        failed=draw(keys),
        had_notice=bool(done) or draw(st.booleans()),
    )
    catch_up = draw(st.sampled_from(CatchUp))
    return history, steps, terms_of(steps, calendar, as_of, catch_up=catch_up, channels=frozenset({"email"}))


@given(situations())
def test_laws_of_a_decision(situation: Situation) -> None:
    history, steps, terms = situation
    decisions = decide(history, steps, terms)
    by_key = {step.key: step for step in steps}
    due = {step.key for step in steps if history.anchor_of(step) <= terms.cutoffs[step.offset_days]}
    assert set(decisions) == due - history.closed, "every due step that is not closed has a decision, and no other"
    targets = [by_key[key] for key, decision in decisions.items() if decision is Decision.TARGET]
    set_up = [step for step in targets if step.channel in terms.channels]
    beside = {
        track: [place for channel, place in history.done.items() if (channel == INTERNAL) is track]
        for track in (True, False)
    }
    assert len({history.position(step) for step in set_up}) <= 1
    assert len({(history.position(step), step.channel) for step in targets}) == len(targets), "one a day and channel"
    for key, decision in decisions.items():
        step = by_key[key]
        place = history.position(step)
        is_internal = step.channel == INTERNAL
        rivals = [target for target in targets if (target.channel == INTERNAL) is is_internal]
        if place < max(beside[is_internal], default=place):
            assert decision is Decision.ALREADY_PAST
        if decision is Decision.SUPERSEDED:
            assert any(history.position(target) >= place for target in rivals)
        if decision in (Decision.EARLIER_NOTICE, Decision.NO_EARLIER_STEP):
            assert step.tone is Tone.FINAL
            assert not is_internal
            assert not history.had_notice
        if decision is Decision.EARLIER_STEP:
            assert terms.catch_up is CatchUp.NEXT
            assert any(history.position(target) < place for target in rivals)
    for target in targets:
        assert history.had_notice or target.tone is not Tone.FINAL or target.channel == INTERNAL
        assert target.anchor is Anchor.ISSUE or target.offset_days >= 0 or history.due_on > terms.as_of
    if any(decision is Decision.SUPERSEDED for decision in decisions.values()):
        assert targets, "nothing is superseded unless something goes in its place"


@given(situations())
def test_what_goes_is_decided_once(situation: Situation) -> None:
    """Each target that went is closed; in the end nothing is left but what waits for another channel or a person."""
    history, steps, terms = situation
    seen: set[tuple[int, int]] = set()
    for _ in range(len(steps) + 1):
        decisions = decide(history, steps, terms)
        targets = [
            step for step in steps if decisions.get(step.key) is Decision.TARGET and step.channel in terms.channels
        ]
        if not targets:
            break
        assert not seen & {step.key for step in targets}, "no step goes twice"
        seen |= {step.key for step in targets}
        waits = {Decision.EARLIER_NOTICE, Decision.EARLIER_STEP, Decision.NO_EARLIER_STEP, Decision.TARGET}
        ended = {key for key, decision in decisions.items() if decision not in waits}
        places = {step.channel: history.position(step) for step in targets}
        history = dataclasses.replace(
            history,
            done={
                **history.done,
                **{name: max(place, history.done.get(name, place)) for name, place in places.items()},
            },
            closed=history.closed | ended | {step.key for step in targets},
            failed=history.failed - {step.key for step in targets},
            had_notice=True,
        )
    else:
        pytest.fail("it never ends")


def test_internal_tasks_go_beside_what_the_customer_hears() -> None:
    """Neither takes the other's place, and a task that was done is no earlier notice."""
    steps = [Step(1, 3), Step(2, 5, channel="task"), Step(3, 7, tone=Tone.FINAL), Step(4, 9, channel="task")]
    assert outcome(steps, 10, terms_of(steps, channels=frozenset({"email", "task"}))) == {
        (1, 0): "target",
        (2, 0): "superseded",
        (3, 0): "earlier_notice",
        (4, 0): "target",
    }
