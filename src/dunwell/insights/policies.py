"""The policies of an organization, as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from dunwell.followup.models import AssignmentRule, CustomerPolicy, DunningPolicy, PolicyStep, PolicyVersion
from dunwell.followup.queries.assignments import conditions_in_words
from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization

MOST_VERSIONS = 30


@dataclass(frozen=True)
class PolicyInForce:
    policy: DunningPolicy
    version: PolicyVersion
    steps: Sequence[PolicyStep]


def policy(organization: Organization, policy_id: int) -> PolicyInForce | None:
    """A policy with the steps of its current version, in the order of their days."""
    version = current_version(organization, policy_id)
    if version is None:
        return None
    steps = PolicyStep.objects.filter(organization=organization, version=version).select_related(
        "template", "give_to_person", "sender"
    )
    return PolicyInForce(version.policy, version, list(steps.order_by("offset_days", "pk")))


@dataclass(frozen=True)
class TextUse:
    """A step of a policy in force that writes with a text, whatever language it names.

    `instead`: it names the text for another channel, and goes by this one where that reaches a customer and its own
    does not, or is not what they prefer.
    """

    step: PolicyStep
    instead: bool


class TextsInUse:
    """What steps write with, by text: its key and its channel."""

    def __init__(self, organization: Organization) -> None:
        steps = PolicyStep.objects.filter(organization=organization, version__is_current=True)
        self._steps: dict[str, list[PolicyStep]] = {}
        for step in steps.select_related("version__policy", "template").order_by(
            "version__policy__name", "offset_days"
        ):
            if step.template is not None:
                self._steps.setdefault(step.template.key, []).append(step)

    def of(self, key: str, channel: str) -> list[TextUse]:
        """Those that name the text first, then those that fall back on it."""
        uses = [TextUse(step, step.channel != channel) for step in self._steps.get(key, [])]
        return sorted(uses, key=lambda use: use.instead)


@dataclass(frozen=True)
class PolicyInUse:
    """A policy with what uses it: rules and customers' own settings; `version` is the one in force."""

    policy: DunningPolicy
    version: PolicyVersion
    steps: int
    rules: int
    customers: int


def policies_in_use(organization: Organization) -> list[PolicyInUse]:
    """All policies, the default first; two queries and one for each thing counted, however many there are."""
    versions = PolicyVersion.objects.filter(organization=organization, is_current=True)
    versions = versions.select_related("policy", "created_by").annotate(step_count=Count("steps"))
    rules = _by_policy(AssignmentRule.objects.filter(organization=organization))
    customers = _by_policy(CustomerPolicy.objects.filter(organization=organization))
    return [
        PolicyInUse(
            version.policy,
            version,
            version.step_count,
            rules.get(version.policy_id, 0),
            customers.get(version.policy_id, 0),
        )
        for version in versions.order_by("-policy__is_default", "policy__name")
    ]


def _by_policy(rows: QuerySet[Any]) -> dict[int, int]:
    return dict(rows.order_by().values_list("policy_id").annotate(Count("pk")))


def current_version(organization: Organization, policy_id: int) -> PolicyVersion | None:
    found = PolicyVersion.objects.filter(organization=organization, policy_id=policy_id, is_current=True)
    return found.select_related("policy", "created_by", "sender").first()


def versions(organization: Organization, policy_id: int) -> list[PolicyVersion]:
    """The latest versions of a policy with the steps of each, newest first."""
    found = PolicyVersion.objects.filter(organization=organization, policy_id=policy_id)
    steps = Prefetch("steps", PolicyStep.objects.select_related("give_to_person", "sender"))
    found = found.select_related("created_by", "sender").prefetch_related(steps)
    return list(found.order_by("-number")[:MOST_VERSIONS])


@dataclass(frozen=True)
class RuleInWords:
    rule: AssignmentRule
    conditions: str


def rules(organization: Organization) -> list[RuleInWords]:
    """The assignment rules in their order, with what each asks for."""
    found = AssignmentRule.objects.filter(organization=organization).select_related("policy", "customer")
    return [RuleInWords(rule, conditions_in_words(rule, organization.base_currency)) for rule in found]


def own_policy(organization: Organization, customer: Customer) -> int | None:
    """The policy that is set for a customer, whatever rules say."""
    found = CustomerPolicy.objects.filter(organization=organization, customer=customer)
    return found.values_list("policy_id", flat=True).first()
