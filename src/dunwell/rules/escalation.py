"""Which step of a policy is due for an invoice, and what becomes of each due step.

This is the rule itself. `followup/sql/` only compares due dates with the cutoffs given here and repeats
`decide` set-based; a property test proves that both give the same set.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dunwell.rules.calendars import ONE_DAY, Calendar

MOST_OCCURRENCES = 60  # nothing chases for ever


class Tone(StrEnum):
    FRIENDLY = "friendly"
    NEUTRAL = "neutral"
    FIRM = "firm"
    FINAL = "final"


class Decision(StrEnum):
    """What a pass makes of a due step that is neither done nor on its way."""

    TARGET = "target"  # the one that goes, unless something makes it wait
    EARLIER_NOTICE = "earlier_notice"  # waits: a final tone needs an earlier notice
    NO_EARLIER_STEP = "no_earlier_step"  # waits: and there is none left that could go before it
    SUPERSEDED = "superseded"  # final: a later step is due
    MISSED = "missed"  # final: its day has passed
    ALREADY_PAST = "already_past"  # final: a step at least as late was done before


@dataclass(frozen=True)
class Step:
    """A step of a policy: `offset_days` from the due date (negative: before it). `lineage` survives policy versions."""

    lineage: int
    offset_days: int
    tone: Tone = Tone.FRIENDLY


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
    """What has happened to one anchor instance of an invoice.

    `furthest_done` is the largest offset among the steps done for it (None: none was), `closed` the lineages
    whose action is done or final, `had_notice` whether the invoice was ever in a notice that went out.
    """

    due_on: dt.date
    furthest_done: int | None = None
    closed: frozenset[int] = frozenset()
    had_notice: bool = False


def decide(
    history: InvoiceHistory,
    steps: Iterable[Step],
    cutoffs: Mapping[int, dt.date],
    as_of: dt.date,
) -> dict[int, Decision]:
    """The decision for each due step (by lineage) that is not closed yet.

    `cutoffs` gives `cutoff()` for each offset. An open invoice is assumed; nothing due gives an empty dict.
    Catch-up is `latest` (design section 4): of several live steps the most advanced one goes that the tone rule
    allows, the earlier ones are superseded, and a final tone waits until an earlier notice has gone. Where no step
    is left that could be it (a person dropped it, say), the final one waits for a person.
    """
    open_steps = sorted(
        (step for step in steps if history.due_on <= cutoffs[step.offset_days] and step.lineage not in history.closed),
        key=lambda step: step.offset_days,
    )
    decisions: dict[int, Decision] = {}
    live: list[Step] = []
    for step in open_steps:
        if history.furthest_done is not None and step.offset_days <= history.furthest_done:
            decisions[step.lineage] = Decision.ALREADY_PAST
        elif step.offset_days < 0 and as_of >= history.due_on:
            decisions[step.lineage] = Decision.MISSED
        else:
            live.append(step)
    allowed = [step for step in live if history.had_notice or step.tone is not Tone.FINAL]
    target = allowed[-1].offset_days if allowed else None
    for step in live:
        if target is None:
            decisions[step.lineage] = Decision.NO_EARLIER_STEP
        elif step.offset_days > target:
            decisions[step.lineage] = Decision.EARLIER_NOTICE
        elif step.offset_days == target:
            decisions[step.lineage] = Decision.TARGET
        else:
            decisions[step.lineage] = Decision.SUPERSEDED
    return decisions
