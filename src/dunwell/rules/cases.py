"""How urgent a customer's case is, and whose it is: priority 1 (most urgent) to 4, by ordered rules.

A case is a customer with overdue debt. `followup/sql/cases_found.sql` repeats `escalate` set-based; a property test
proves that both give the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_URGENT, LEAST_URGENT = 1, 4
PRIORITY_NAMES = {1: "Urgent", 2: "High", 3: "Normal", 4: "Low"}


@dataclass(frozen=True)
class StepReached:
    """A policy's step that is planned or done for an open invoice, with what it does to the case.

    `owner` is a person who works here and sees the customer; who does not any more is None, and the role counts.
    """

    offset_days: int
    step: int
    priority: int | None = None
    role: str = ""
    owner: int | None = None


@dataclass(frozen=True)
class CaseFacts:
    """What is known of a customer on a day.

    `days_past_due` is the age of the oldest open invoice, disputed or not; `overdue` in the base currency.
    `defaulted_again`: a defaulter who had paid up in between. `broken_promise`: a promise whose day passed with
    something of it unpaid. `refused`: on the phone, about what is overdue. `last_step_done`: nothing chases an open
    invoice any more.
    """

    days_past_due: int
    overdue: Decimal
    defaulted_again: bool = False
    broken_promise: bool = False
    refused: bool = False
    last_step_done: bool = False
    steps: tuple[StepReached, ...] = ()


@dataclass(frozen=True)
class EscalationRule:
    """All that a rule asks for must hold; what is None or False asks nothing. It gives a priority, and may name who
    takes care of it: a person who works here and sees the customer (who does not any more is None), else a role.
    """

    key: int
    priority: int
    minimum_days: int | None = None
    minimum_overdue: Decimal | None = None
    defaulted_again: bool = False
    broken_promise: bool = False
    refused: bool = False
    last_step_done: bool = False
    role: str = ""
    owner: int | None = None

    def fits(self, facts: CaseFacts) -> bool:
        return (
            (self.minimum_days is None or facts.days_past_due >= self.minimum_days)
            and (self.minimum_overdue is None or facts.overdue >= self.minimum_overdue)
            and (not self.defaulted_again or facts.defaulted_again)
            and (not self.broken_promise or facts.broken_promise)
            and (not self.refused or facts.refused)
            and (not self.last_step_done or facts.last_step_done)
        )


@dataclass(frozen=True)
class Escalation:
    """What comes of the facts. `rules`: the keys of those that fit, in their order; `steps`: those that raise the case
    or give it away, the furthest first. Who takes care: a person, else a role, else nobody in particular.
    """

    priority: int
    rules: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()
    owner: int | None = None
    role: str = ""


def escalate(facts: CaseFacts, rules: Sequence[EscalationRule]) -> Escalation:
    """The most urgent priority that a fitting rule or a reached step gives, and the first who is named.

    Rules are asked in their order for who takes care, then the steps, the furthest first. Where nothing fits, the case
    has the lowest priority.
    """
    fitting = [rule for rule in rules if rule.fits(facts)]
    steps = sorted(facts.steps, key=lambda step: (-step.offset_days, step.step))
    given = [rule.priority for rule in fitting] + [step.priority for step in steps if step.priority is not None]
    names = [(rule.owner, rule.role) for rule in fitting] + [(step.owner, step.role) for step in steps]
    owner, role = next(((owner, role) for owner, role in names if owner is not None or role), (None, ""))
    return Escalation(
        priority=min(given, default=LEAST_URGENT),
        rules=tuple(rule.key for rule in fitting),
        steps=tuple(step.step for step in steps),
        owner=owner,
        role="" if owner is not None else role,
    )
