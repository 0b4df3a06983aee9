"""Which step of a policy is due for an invoice, and what becomes of each due step.

This is the rule itself. `followup/sql/` only compares due dates with the cutoffs given here and repeats
`decide` set-based; a property test proves that both give the same set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from dunwell.rules.calendars import ONE_DAY, Calendar

MOST_OCCURRENCES = 60  # nothing chases for ever
INTERNAL = "task"  # the channel of internal tasks: the customer hears nothing of them
BY_PEOPLE = frozenset({"call", INTERNAL})  # channels that need no sender: a person does them


class Tone(StrEnum):
    FRIENDLY = "friendly"
    NEUTRAL = "neutral"
    FIRM = "firm"
    FINAL = "final"


class Anchor(StrEnum):
    """What a step counts its days from."""

    DUE = "due"
    ISSUE = "issue"


class CatchUp(StrEnum):
    """What becomes of several steps that are due at once."""

    LATEST = "latest"  # the most advanced one goes, the earlier ones are superseded
    NEXT = "next"  # one after another, the earliest first
    SKIP = "skip"  # a step whose day passed before it was ever looked at is missed


class Decision(StrEnum):
    """What a pass makes of a due step that is neither done nor on its way."""

    TARGET = "target"  # the one that goes, unless something makes it wait
    EARLIER_STEP = "earlier_step"  # waits: catch-up `next` sends one after another
    EARLIER_NOTICE = "earlier_notice"  # waits: a final tone needs an earlier notice
    NO_EARLIER_STEP = "no_earlier_step"  # waits: and there is none left that could go before it
    SUPERSEDED = "superseded"  # final: a later step is due
    MISSED = "missed"  # final: its day has passed
    ALREADY_PAST = "already_past"  # final: a step at least as late was done before


StepKey = tuple[int, int]  # lineage and occurrence


@dataclass(frozen=True)
class Conditions:
    """For which invoices a step is meant; what is None or empty asks nothing. Balances are in the base currency."""

    minimum_balance: Decimal | None = None
    maximum_balance: Decimal | None = None
    segments: frozenset[str] = frozenset()
    minimum_risk: int | None = None

    def hold_for(self, balance: Decimal | None, segment: str, risk: int) -> bool:
        """Whether the step is meant for an invoice; a balance without a rate to the base currency is None and fits."""
        return (
            (balance is None or self.minimum_balance is None or balance >= self.minimum_balance)
            and (balance is None or self.maximum_balance is None or balance <= self.maximum_balance)
            and (not self.segments or segment in self.segments)
            and (self.minimum_risk is None or risk >= self.minimum_risk)
        )


EVERYBODY = Conditions()


@dataclass(frozen=True)
class Step:
    """A step of a policy: `offset_days` from its anchor (negative: before it). `lineage` survives policy versions.

    A repeated step is one of these for each time it goes, told apart by `occurrence`.
    """

    lineage: int
    offset_days: int
    tone: Tone = Tone.FRIENDLY
    channel: str = "email"
    anchor: Anchor = Anchor.DUE
    occurrence: int = 0
    conditions: Conditions = EVERYBODY

    @property
    def key(self) -> StepKey:
        return self.lineage, self.occurrence

    def repeated(self, every_days: int, times: int) -> list[Step]:
        """The step for each of its times; nothing chases for ever."""
        if times > MOST_OCCURRENCES:
            raise ValueError(f"A step repeats {MOST_OCCURRENCES} times at most.")
        return [
            replace(self, occurrence=time, offset_days=self.offset_days + time * every_days) for time in range(times)
        ]


def step_day(due_on: dt.date, offset_days: int, calendar: Calendar) -> dt.date:
    """The business day a step falls on: before-due steps move back to one, the others forward (design section 4)."""
    day = due_on + dt.timedelta(days=offset_days)
    return calendar.on_or_before(day) if offset_days < 0 else calendar.on_or_after(day)


def cutoff(offset_days: int, calendar: Calendar, as_of: dt.date) -> dt.date:
    """The latest due date whose step has come by `as_of`: the step is due for every invoice due on or before it.

    `step_day` never decreases when the due date grows, so one date says it all:
    `step_day(d, k) <= as_of` exactly when `d <= cutoff(k, as_of)`.
    """
    next_business_day = calendar.on_or_after(as_of + ONE_DAY)
    latest_day = next_business_day - ONE_DAY if offset_days < 0 else calendar.on_or_before(as_of)
    return latest_day - dt.timedelta(days=offset_days)


@dataclass(frozen=True)
class InvoiceHistory:
    """What has happened to one invoice since its due date was last extended.

    `done` gives for each channel the furthest position reached (see `position`), `closed` the steps whose action is
    done or final, `known` those that have an action already, `failed` those whose notice could not be delivered,
    `had_notice` whether the customer ever heard of it: a notice went out, or somebody was spoken to.
    """

    due_on: dt.date
    issued_on: dt.date | None = None
    done: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[StepKey] = frozenset()
    known: frozenset[StepKey] = frozenset()
    failed: frozenset[StepKey] = frozenset()
    had_notice: bool = False

    def anchor_of(self, step: Step) -> dt.date:
        if step.anchor is Anchor.DUE:
            return self.due_on
        assert self.issued_on is not None
        return self.issued_on

    def position(self, step: Step) -> int:
        """Where a step stands in the order of all steps: its days from the due date, whatever it is anchored to."""
        return step.offset_days + (self.anchor_of(step) - self.due_on).days


@dataclass(frozen=True)
class Terms:
    """What decides besides the invoice, on one day.

    `cutoffs` gives `cutoff()` for each offset as of the day, `passed` as of the day before: for catch-up `skip`, as
    what was due by then has had its day. `channels`: those that are set up.
    """

    as_of: dt.date
    cutoffs: Mapping[int, dt.date]
    passed: Mapping[int, dt.date] = field(default_factory=dict)
    catch_up: CatchUp = CatchUp.LATEST
    channels: frozenset[str] = frozenset({"email"})


def decide(history: InvoiceHistory, steps: Iterable[Step], terms: Terms) -> dict[StepKey, Decision]:
    """The decision for each due step that is not closed yet. An open invoice is assumed, and steps meant for it.

    A step that is not later than what was done is past; of the others, catch-up says which one goes. A final tone
    waits until an earlier notice has gone; where no step is left that could be it (a person dropped it, say), it
    waits for a person. A channel that is not set up never takes the place of one that is: its step waits visibly,
    until a later step is due. Two steps of one day and channel are one notice: the newer lineage stands for both.
    Internal tasks go beside all that: the customer hears nothing of them, so they take no reminder's place, nor does
    a reminder take theirs.
    """
    every = list(steps)
    heard = [step for step in every if step.channel != INTERNAL]
    return _decide(history, heard, terms) | _decide(
        history, [step for step in every if step.channel == INTERNAL], terms
    )


def _decide(history: InvoiceHistory, steps: Iterable[Step], terms: Terms) -> dict[StepKey, Decision]:
    """`decide` for steps that can stand in each other's place."""
    decisions: dict[StepKey, Decision] = {}
    live: list[Step] = []
    for step in steps:
        if history.anchor_of(step) > terms.cutoffs[step.offset_days] or step.key in history.closed:
            continue
        if ended := _ended(history, step, terms):
            decisions[step.key] = ended
        else:
            live.append(step)
    allowed = [step for step in live if history.had_notice or step.tone is not Tone.FINAL or step.channel == INTERNAL]
    going = _target(history, [step for step in allowed if step.channel in terms.channels], terms)
    blocked = _target(history, [step for step in allowed if step.channel not in terms.channels], terms)
    winners = {(history.position(step), step.channel): step.key for step in sorted(allowed, key=lambda step: step.key)}
    for step in live:
        place = history.position(step)
        is_set_up = step.channel in terms.channels
        target = going if is_set_up else blocked
        if not is_set_up and going is not None and place < going and terms.catch_up is not CatchUp.NEXT:
            decision = Decision.SUPERSEDED
        elif target is None:
            decision = Decision.NO_EARLIER_STEP if going is None else Decision.EARLIER_NOTICE
        elif place < target:
            is_early_final = terms.catch_up is CatchUp.NEXT and step not in allowed
            decision = Decision.EARLIER_NOTICE if is_early_final else Decision.SUPERSEDED
        elif step not in allowed:
            decision = Decision.EARLIER_NOTICE
        elif place > target:
            decision = Decision.EARLIER_STEP
        else:
            decision = Decision.TARGET if winners[place, step.channel] == step.key else Decision.SUPERSEDED
        decisions[step.key] = decision
    return decisions


def _ended(history: InvoiceHistory, step: Step, terms: Terms) -> Decision | None:
    place = history.position(step)
    is_internal = step.channel == INTERNAL
    rivals = [reached for channel, reached in history.done.items() if (channel == INTERNAL) is is_internal]
    if place < max(rivals, default=place) or place <= history.done.get(step.channel, place - 1):
        return Decision.ALREADY_PAST
    if step.anchor is Anchor.DUE and step.offset_days < 0 and terms.as_of >= history.due_on:
        return Decision.MISSED
    if terms.catch_up is CatchUp.SKIP and step.key not in history.known:
        return Decision.MISSED if history.anchor_of(step) <= terms.passed[step.offset_days] else None
    return None


def _target(history: InvoiceHistory, steps: list[Step], terms: Terms) -> int | None:
    """The position that goes. One after another, a notice that failed does not block what comes behind it."""
    if terms.catch_up is not CatchUp.NEXT:
        return max((history.position(step) for step in steps), default=None)
    rest = [step for step in steps if step.key not in history.failed]
    return min((history.position(step) for step in rest or steps), default=None)
