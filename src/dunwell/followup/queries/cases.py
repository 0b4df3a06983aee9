"""A customer's case: how urgent it is, whose, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.followup.models import Case, EscalationRule, PolicyStep
from dunwell.followup.queries.at_work import who_is_at_work
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.scope import Scope
from dunwell.rules.cases import PRIORITY_NAMES


@dataclass(frozen=True)
class CaseSheet:
    """An open case as a page shows it. `owner` takes care of it: a person, else `role`, else nobody in particular.
    Whoever works here no more, or does not see the customer, takes care of nothing.

    `reasons` say which rules fit and what they saw; `rules_say` what they would have where a person set something else.
    """

    case: Case
    owner: User | None
    role: str
    reasons: tuple[str, ...]
    rules_say: str = ""

    @property
    def priority_name(self) -> str:
        return PRIORITY_NAMES[self.case.priority]


def case_of(scope: Scope, customer_id: int) -> CaseSheet | None:
    """The open case of a customer; None: nothing of theirs is overdue, or somebody else's customer."""
    found = (
        scope.rows(Case)
        .filter(customer=customer_id, closed_on=None)
        .select_related("customer__owner", "owner_by_rules", "owner_by_hand", "by_hand_by", "organization")
        .first()
    )
    return sheet(found) if found else None


def sheet(case: Case) -> CaseSheet:
    people, customers_owner = who_is_at_work(case.organization), case.customer.owner_id

    def at_work(user: User | None) -> User | None:
        return user if user is not None and people.may_take(user.pk, customers_owner) else None

    named = at_work(case.owner_by_hand) or at_work(case.owner_by_rules)
    role = case.role_by_rules if not named and people.has(case.role_by_rules, customers_owner) else ""
    owner = named or (None if role else at_work(case.customer.owner))
    rules_say = ""
    if case.priority_by_hand is not None and case.priority_by_hand != case.priority_by_rules:
        rules_say = f"The rules say {case.priority_by_rules}, {PRIORITY_NAMES[case.priority_by_rules].lower()}."
    return CaseSheet(case, owner, role, tuple(_reasons(case)), rules_say)


def _reasons(case: Case) -> list[str]:
    rules = rules_in_words(case.organization)
    said = [rules[key] for key in case.rules if key in rules]
    steps = {step.pk: step for step in PolicyStep.objects.filter(pk__in=case.steps)}
    said += [f"The step '{steps[key].name}' is reached." for key in case.steps if key in steps]
    return said or ["No escalation rule fits."]


def rules_in_words(organization: Organization) -> dict[int, str]:
    """Each escalation rule with what it asks for, by its key: "Two months overdue: 60 days overdue or more."."""
    return {
        rule.pk: f"{rule.name}: {conditions_in_words(rule, organization.base_currency)}."
        for rule in EscalationRule.objects.filter(organization=organization)
    }


def conditions_in_words(rule: EscalationRule, base_currency: str) -> str:
    """What a rule asks for: `30 days overdue or more, 10,000 EUR overdue or more`."""
    parts = []
    if rule.minimum_days is not None:
        parts.append(f"{rule.minimum_days} days overdue or more")
    if rule.minimum_overdue is not None:
        parts.append(f"{rule.minimum_overdue.normalize():,f} {base_currency} overdue or more")
    for asked, words in (
        (rule.defaulted_again, "a defaulter who had paid up in between"),
        (rule.broken_promise, "a promise was not kept"),
        (rule.refused, "said on the phone that they will not pay"),
        (rule.last_step_done, "the last step is done and something is still open"),
    ):
        if asked:
            parts.append(words)
    return ", ".join(parts)


def role_name(role: str) -> str:
    return Role(role).label if role else ""


def rules_of(organization: Organization) -> list[EscalationRule]:
    return list(EscalationRule.objects.filter(organization=organization).select_related("owner"))
