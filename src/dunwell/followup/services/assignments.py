"""Who is chased by which policy: a customer's own setting, and the ordered rules."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from dunwell.followup.models import AssignmentRule, CustomerPolicy, DunningPolicy
from dunwell.followup.queries.assignments import RuleDraft, rule_drafts
from dunwell.ledger.models import Customer, TouchedCustomer
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded
from dunwell.rules.segments import Segment


class AssignmentRefusedError(Exception):
    """The assignment cannot be saved; the message says why."""


@transaction.atomic
def set_customer_policy(
    *, organization: Organization, customer_id: int, policy_id: int | None, by: User | None
) -> None:
    """Give a customer a policy of their own, or none: then rules and the default decide. The next pass acts on it."""
    customer = Customer.objects.filter(organization=organization, pk=customer_id).first()
    if customer is None:
        raise AssignmentRefusedError("This customer is not in the book.")
    with recorded(user=by.pk if by else None, action="customer's policy"):
        if policy_id is None:
            CustomerPolicy.objects.filter(organization=organization, customer=customer).delete()
        else:
            policy = _kept(organization).filter(pk=policy_id).first()
            if policy is None:
                raise AssignmentRefusedError("This policy is not there any more.")
            CustomerPolicy.objects.update_or_create(
                organization=organization, customer=customer, defaults={"policy": policy}
            )
    TouchedCustomer.objects.create(organization=organization, customer_id=customer.pk)


@transaction.atomic
def save_rules(*, organization: Organization, rules: list[RuleDraft], by: User | None) -> list[AssignmentRule]:
    """All the rules of an organization, in their order; those that are not among them go. The next pass acts on it.

    Raises AssignmentRefusedError; nothing is changed then.
    """
    wanted = {rule.policy for rule in rules}
    policies = {policy.name: policy for policy in _kept(organization).filter(name__in=wanted).order_by("pk")}
    customers = dict(
        Customer.objects.filter(
            organization=organization, number__in=[rule.customer for rule in rules if rule.customer]
        ).values_list("number", "pk")
    )
    names = [rule.name.strip() for rule in rules]
    for place, rule in enumerate(rules, start=1):
        if rule.name.strip() in names[: place - 1]:
            raise AssignmentRefusedError(f"There is a rule '{rule.name}' already: give this one another name.")
        if text := _wrong(rule, policies, customers):
            raise AssignmentRefusedError(f"Rule {place}, '{rule.name}': {text}")
    with recorded(user=by.pk if by else None, action="assignment rules"):
        kept = {
            rule.name: rule for rule in AssignmentRule.objects.select_for_update().filter(organization=organization)
        }
        gone = [row.pk for name, row in kept.items() if name not in names]
        AssignmentRule.objects.filter(pk__in=gone).delete()
        saved = []
        for place, rule in enumerate(rules, start=1):
            name = rule.name.strip()
            row = kept.get(name) or AssignmentRule(organization=organization, name=name)
            row.position, row.policy = place, policies[rule.policy]
            row.segments, row.balance_above = list(rule.segments), rule.balance_above
            row.currencies, row.countries, row.tags = list(rule.currencies), list(rule.countries), list(rule.tags)
            row.minimum_risk, row.customer_id = rule.minimum_risk, customers.get(rule.customer)
            row.save()
            saved.append(row)
    return saved


def _kept(organization: Organization) -> QuerySet[DunningPolicy]:
    """The policies that can be assigned, locked: none of them is archived or removed before this transaction is over.

    Whoever archives one takes its row for himself (`archive_policy`), and finds what was assigned meanwhile.
    """
    return DunningPolicy.objects.select_for_update(no_key=True).filter(organization=organization, archived_at=None)


def _wrong(rule: RuleDraft, policies: dict[str, DunningPolicy], customers: dict[str, int]) -> str:
    if not rule.name.strip():
        return "It needs a name."
    if rule.policy not in policies:
        return f"There is no policy '{rule.policy}'."
    if rule.customer and rule.customer not in customers:
        return f"There is no customer with the number '{rule.customer}'."
    if unknown := set(rule.segments) - set(Segment):
        return f"There is no segment '{min(unknown)}': {', '.join(sorted(Segment))}."
    if rule.minimum_risk is not None and not 0 <= rule.minimum_risk <= 100:
        return "A risk lies between 0 and 100."
    return ""


@transaction.atomic
def put_rule(*, organization: Organization, rule: RuleDraft, before: str = "", by: User | None) -> None:
    """A new rule at the end, or in the place of the rule named `before`. Raises AssignmentRefusedError."""
    save_rules(organization=organization, rules=with_rule(_locked_rules(organization), rule, before), by=by)


@transaction.atomic
def move_rule(*, organization: Organization, name: str, up: bool, by: User | None) -> None:
    """One place up or down; at the end of the list it stays."""
    rules = _locked_rules(organization)
    place = _place_of(name, rules)
    other = place + (-1 if up else 1)
    if 0 <= other < len(rules):
        rules[place], rules[other] = rules[other], rules[place]
        save_rules(organization=organization, rules=rules, by=by)


@transaction.atomic
def remove_rule(*, organization: Organization, name: str, by: User | None) -> None:
    rules = _locked_rules(organization)
    del rules[_place_of(name, rules)]
    save_rules(organization=organization, rules=rules, by=by)


def with_rule(rules: list[RuleDraft], rule: RuleDraft, before: str = "") -> list[RuleDraft]:
    """The rules with one more at the end, or with another in the place of the one named `before`."""
    if not before:
        return [*rules, rule]
    place = _place_of(before, rules)
    return [*rules[:place], rule, *rules[place + 1 :]]


def _locked_rules(organization: Organization) -> list[RuleDraft]:
    """The rules, which nobody else changes before this transaction is over."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    return rule_drafts(organization)


def _place_of(name: str, rules: list[RuleDraft]) -> int:
    for place, rule in enumerate(rules):
        if rule.name == name:
            return place
    raise AssignmentRefusedError(f"There is no rule '{name}' any more: a colleague removed or renamed it.")
