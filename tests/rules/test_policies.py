"""What is wrong with a policy, in words; and that whatever can be saved ends."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.escalation import MOST_OCCURRENCES
from dunwell.rules.policies import MOST_STEPS, PolicyDraft, StepDraft, Surroundings, problems, refusals
from dunwell.rules.windows import Hours

AROUND = Surroundings(
    texts={("text", "email"): frozenset({"en"}), ("text", "sms"): frozenset({"en"})},
    senders=frozenset({"desk@n.example"}),
)
GOOD = StepDraft("Reminder", 3, template="text")


def said(*steps: StepDraft, around: Surroundings = AROUND, refused: bool = True) -> str:
    found = problems(PolicyDraft("Policy", steps), around)
    assert all(problem.is_refusal is refused for problem in found)
    return " ".join(problem.text for problem in found)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "The step needs a name"),
        ({"anchor": "issue", "offset_days": -1}, "before the invoice is issued"),
        ({"template": ""}, "An e-mail needs a text"),
        ({"template": "other"}, "no text 'other' for e-mail"),
        ({"channel": "letter"}, "no text 'text' for letter"),
        ({"channel": "pigeon"}, "no channel 'pigeon'"),
        ({"tone": "rude"}, "no tone 'rude'"),
        ({"segments": ("rich",)}, "no segment 'rich'"),
        ({"times": 0}, "nothing chases for ever"),
        ({"times": MOST_OCCURRENCES + 1, "repeat_every_days": 1}, "nothing chases for ever"),
        ({"times": 3}, "every how many days"),
        ({"repeat_every_days": 7}, "how often in all"),
        ({"minimum_risk": 101}, "between 0 and 100"),
        ({"minimum_balance": Decimal(9), "maximum_balance": Decimal(8)}, "no invoice would fit"),
        ({"offset_days": 99_999}, "Days lie between"),
        ({"lineage": 7}, "Step 7 is none of this policy"),
        ({"times": 2, "repeat_every_days": 366}, "365 days at the rarest"),
        ({"name": "n" * 101}, "more than 100 characters"),
        ({"minimum_balance": Decimal("nan")}, "A balance is a number"),
        ({"maximum_balance": Decimal("1e15")}, "A balance is a number"),
        ({"give_to_person": "eve@else.example"}, "Nobody here has the address 'eve@else.example'"),
        ({"sender": "nobody@n.example"}, "no sender 'nobody@n.example': desk@n.example"),
        ({"attachments": "photos"}, "Nothing named 'photos' goes along"),
        ({"channel": "sms", "sender": "desk@n.example"}, "An SMS has no sender of its own"),
        ({"channel": "call", "attachments": "both"}, "A call has no attachments"),
    ],
)
def test_what_is_refused(fields: dict[str, object], sentence: str) -> None:
    assert sentence in said(dataclasses.replace(GOOD, **fields))  # type: ignore[arg-type]


def test_two_steps_on_one_day_and_channel_are_refused() -> None:
    daily = StepDraft("Daily", 1, template="text", repeat_every_days=1, times=5)
    assert "same day as 'Daily'" in said(daily, GOOD)
    assert "same day as 'Daily'" not in said(daily, dataclasses.replace(GOOD, channel="sms"), refused=False)
    assert "same day" not in said(daily, dataclasses.replace(GOOD, offset_days=30), refused=False)


def test_a_call_at_night_is_refused_or_said() -> None:
    call = StepDraft("Call", 3, channel="call", instructions="Ask.")
    night = dataclasses.replace(AROUND, window=Hours(dt.time(21, 30), dt.time(23)))
    early = dataclasses.replace(AROUND, window=Hours(dt.time(6), dt.time(18)), channels_set_up=frozenset({"call"}))
    assert "A call never goes at night" in said(call, around=night)
    assert "between 08:00 and 21:00 only" in said(call, around=early, refused=False)


def test_whoever_left_is_said_and_who_takes_over() -> None:
    around = dataclasses.replace(AROUND, people=frozenset({"a@b.example"}), gone=frozenset({"a@b.example"}))
    step = dataclasses.replace(GOOD, give_to_person="a@b.example")
    assert "nobody in particular instead" in said(step, around=around, refused=False)
    step = dataclasses.replace(step, give_to_role="collector")
    assert "everybody with its role instead" in said(step, around=around, refused=False)
    assert said(step, around=dataclasses.replace(around, gone=frozenset())) == ""


def test_a_day_before_the_invoice_is_issued_is_said() -> None:
    around = dataclasses.replace(AROUND, terms_days=30)
    early = dataclasses.replace(GOOD, offset_days=-31)
    assert "its day lies before the invoice is issued" in said(early, around=around, refused=False)
    assert "is issued" not in said(dataclasses.replace(GOOD, offset_days=-30), around=around, refused=False)


def test_what_is_only_said() -> None:
    assert "Nothing sends by SMS yet" in said(dataclasses.replace(GOOD, channel="sms"), refused=False)
    assert "Nothing sends" not in said(StepDraft("Call", 3, channel="call"), refused=False)  # a person calls
    german = dataclasses.replace(AROUND, languages=frozenset({"de", "en"}))
    assert "is not written in de" in said(GOOD, around=german, refused=False)
    assert "after 1 day;" in said(GOOD, dataclasses.replace(GOOD, name="Next", offset_days=4), refused=False)
    assert "never the first word" in said(dataclasses.replace(GOOD, tone="final"), refused=False)
    assert "before anything is late" in said(dataclasses.replace(GOOD, offset_days=-3, tone="firm"), refused=False)
    assert "after the due date" in said(
        dataclasses.replace(GOOD, offset_days=-3, times=4, repeat_every_days=2), refused=False
    )


def test_an_empty_policy_is_refused() -> None:
    assert [problem.text for problem in problems(PolicyDraft(" "), AROUND)] == [
        "The policy needs a name.",
        "A policy needs at least one step.",
    ]


@given(st.integers(-400, 4000), st.none() | st.integers(-1, 400), st.integers(-1, 200))
def test_whatever_can_be_saved_ends(offset: int, every: int | None, times: int) -> None:
    step = dataclasses.replace(GOOD, offset_days=offset, repeat_every_days=every, times=times)
    if not refusals(problems(PolicyDraft("Policy", (step,)), AROUND)):
        assert len(step.offsets) == step.times <= MOST_OCCURRENCES
        assert step.offsets == sorted(set(step.offsets)), "each time is a later day"


STEPS = st.lists(
    st.builds(
        StepDraft,
        name=st.sampled_from(["a", "b", ""]),
        offset_days=st.integers(-400, 4000),
        template=st.just("text"),
        channel=st.sampled_from(["email", "sms", "call", "task"]),
        anchor=st.sampled_from(["due", "issue"]),
        times=st.integers(-1, MOST_OCCURRENCES + 1),
        repeat_every_days=st.none() | st.integers(-1, 40_000),
        minimum_balance=st.none() | st.decimals(allow_nan=True, allow_infinity=True),
    ),
    max_size=MOST_STEPS + 1,
)


@given(STEPS)
def test_any_policy_that_passes_asks_for_so_many_actions_of_an_invoice_and_no_more(steps: list[StepDraft]) -> None:
    """Each action has its lineage and occurrence, once for each anchor; their days fit the database's columns."""
    if refusals(problems(PolicyDraft("Policy", tuple(steps)), AROUND)):
        return
    days = [offset for step in steps for offset in step.offsets]
    assert 0 < len(days) <= MOST_STEPS * MOST_OCCURRENCES
    assert len(days) == sum(step.times for step in steps)
    assert all(-365 <= day <= 3650 + 365 * (MOST_OCCURRENCES - 1) < 2**15 for day in days)
    # No two of one channel and anchor on one day: each day brings at most one of each
    assert len({(step.anchor, step.channel, day) for step in steps for day in step.offsets}) == len(days)


def test_more_steps_than_a_policy_may_have_are_refused() -> None:
    steps = [dataclasses.replace(GOOD, name=f"Step {day}", offset_days=day * 4) for day in range(MOST_STEPS + 1)]
    assert "40 steps at most" in said(*steps)


def test_only_an_e_mail_has_sender_attachments_and_copies() -> None:
    full = dataclasses.replace(GOOD, sender="Desk@N.example", attachments="statement", copy_to_owner=True)
    assert problems(PolicyDraft("Policy", (full,), sender="desk@n.example"), AROUND) == []
    sms = dataclasses.replace(GOOD, channel="sms", copy_to_owner=True)
    around = dataclasses.replace(AROUND, channels_set_up=frozenset({"email", "sms"}))
    assert said(sms, around=around, refused=False) == "Copies go along with e-mails only: this step has none."
    assert "There is no sender" in problems(PolicyDraft("Policy", (GOOD,), sender="x@n.example"), AROUND)[0].text
