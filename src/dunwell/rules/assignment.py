"""Which policy a customer is chased by, and why: the own setting, else the first rule that fits, else the default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class CustomerFacts:
    """What rules may ask of a customer. `outstanding` is all they owe, in the base currency; `currency` the debt's."""

    customer: int
    currency: str
    outstanding: Decimal
    country: str = ""
    tags: frozenset[str] = frozenset()
    segment: str = ""
    risk: int = 0


@dataclass(frozen=True)
class AssignmentRule:
    """Conditions that must all hold; one that is empty (or None) asks nothing. `tags`: any of them will do."""

    key: int
    policy: int
    segments: frozenset[str] = frozenset()
    balance_above: Decimal | None = None
    currencies: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    minimum_risk: int | None = None
    customer: int | None = None

    def fits(self, facts: CustomerFacts) -> bool:
        return all(
            (
                not self.segments or facts.segment in self.segments,
                self.balance_above is None or facts.outstanding > self.balance_above,
                not self.currencies or facts.currency in self.currencies,
                not self.countries or facts.country in self.countries,
                not self.tags or bool(self.tags & facts.tags),
                self.minimum_risk is None or facts.risk >= self.minimum_risk,
                self.customer is None or self.customer == facts.customer,
            )
        )


@dataclass(frozen=True)
class Assigned:
    """The policy, and the rule that gave it; without a rule it is the customer's own setting or the default."""

    policy: int
    rule: int | None = None
    own_setting: bool = False


def assign(
    facts: CustomerFacts, rules: Iterable[AssignmentRule], *, default: int, own_setting: int | None = None
) -> Assigned:
    """`rules` come in their order; the first that fits decides."""
    if own_setting is not None:
        return Assigned(own_setting, own_setting=True)
    for rule in rules:
        if rule.fits(facts):
            return Assigned(rule.policy, rule.key)
    return Assigned(default)
