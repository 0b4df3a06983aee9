"""Which policy gets a customer, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import AssignmentRule, CustomerPolicy, CustomerProfile, DunningPolicy
from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization
from dunwell.rules import assignment
from dunwell.rules.segments import SEGMENT_NAMES, Segment


@dataclass(frozen=True)
class RuleDraft:
    """A rule as it is written: the policy by its name, the customer by its number."""

    name: str
    policy: str
    segments: tuple[str, ...] = ()
    balance_above: Decimal | None = None
    currencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    minimum_risk: int | None = None
    customer: str = ""


@dataclass(frozen=True)
class Assignment:
    """The policy that chases a customer's debts of one currency, the rule that gave it, and the reason in words."""

    policy: DunningPolicy
    rule: AssignmentRule | None
    why: str


def rule_drafts(organization: Organization) -> list[RuleDraft]:
    """The rules in their order, as they can be written again."""
    rules = AssignmentRule.objects.filter(organization=organization).select_related("policy", "customer")
    return [
        RuleDraft(
            rule.name,
            rule.policy.name,
            tuple(rule.segments),
            rule.balance_above,
            tuple(rule.currencies),
            tuple(rule.countries),
            tuple(rule.tags),
            rule.minimum_risk,
            rule.customer.number if rule.customer else "",
        )
        for rule in rules
    ]


def policy_of(organization: Organization, customer: Customer, currency: str) -> Assignment:
    """Which policy gets this customer's debts of a currency, by the rules and the facts of the last assessment."""
    policies = {policy.pk: policy for policy in DunningPolicy.objects.filter(organization=organization)}
    rules = {rule.pk: rule for rule in AssignmentRule.objects.filter(organization=organization)}
    own = CustomerPolicy.objects.filter(organization=organization, customer=customer).first()
    profile = CustomerProfile.objects.filter(organization=organization, customer=customer).first()
    facts = assignment.CustomerFacts(
        customer=customer.pk,
        currency=currency,
        outstanding=profile.outstanding if profile else Decimal(0),
        country=customer.country,
        tags=frozenset(customer.tags),
        segment=profile.segment if profile else "",
        risk=profile.risk if profile else 0,
    )
    default = next(policy for policy in policies.values() if policy.is_default)
    assigned = assignment.assign(
        facts,
        [as_rule(rule) for rule in rules.values()],
        default=default.pk,
        own_setting=own.policy_id if own else None,
    )
    rule = rules[assigned.rule] if assigned.rule is not None else None
    if assigned.own_setting:
        why = "It is set for this customer."
    elif rule is not None:
        why = f"Rule {rule.position}, '{rule.name}': {conditions_in_words(rule, organization.base_currency)}."
    else:
        why = "No rule fits: it is the default." if rules else "It is the default."
    return Assignment(policies[assigned.policy], rule, why)


def as_rule(rule: AssignmentRule) -> assignment.AssignmentRule:
    """A rule as the pure function wants it."""
    return assignment.AssignmentRule(
        key=rule.pk,
        policy=rule.policy_id,
        segments=frozenset(rule.segments),
        balance_above=rule.balance_above,
        currencies=frozenset(rule.currencies),
        countries=frozenset(rule.countries),
        tags=frozenset(rule.tags),
        minimum_risk=rule.minimum_risk,
        customer=rule.customer_id,
    )


def conditions_in_words(rule: AssignmentRule, base_currency: str) -> str:
    """What a rule asks for: `owes more than 10000 EUR, in DE or AT`."""
    parts = []
    if rule.customer_id is not None:
        parts.append("this one customer")
    if rule.segments:
        parts.append(" or ".join(SEGMENT_NAMES[Segment(name)].lower() for name in rule.segments))
    if rule.balance_above is not None:
        parts.append(f"owes more than {rule.balance_above.normalize():f} {base_currency}")
    if rule.currencies:
        parts.append(f"billed in {' or '.join(rule.currencies)}")
    if rule.countries:
        parts.append(f"in {' or '.join(rule.countries)}")
    if rule.tags:
        parts.append(f"tagged {' or '.join(rule.tags)}")
    if rule.minimum_risk is not None:
        parts.append(f"risk {rule.minimum_risk} or more")
    return ", ".join(parts) or "everybody"
