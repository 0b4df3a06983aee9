"""The policies of an organization, as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.followup.models import DunningPolicy, PolicyStep, PolicyVersion
from dunwell.organizations.models import Organization


def policies(organization: Organization) -> list[DunningPolicy]:
    """All policies, the default first."""
    return list(DunningPolicy.objects.filter(organization=organization).order_by("-is_default", "name"))


@dataclass(frozen=True)
class PolicyInForce:
    policy: DunningPolicy
    version: PolicyVersion
    steps: Sequence[PolicyStep]


def policy(organization: Organization, policy_id: int) -> PolicyInForce | None:
    """A policy with the steps of its current version, in the order of their days."""
    version = (
        PolicyVersion.objects.filter(organization=organization, policy_id=policy_id, is_current=True)
        .select_related("policy", "created_by")
        .first()
    )
    if version is None:
        return None
    steps = PolicyStep.objects.filter(organization=organization, version=version).select_related("template")
    return PolicyInForce(version.policy, version, list(steps.order_by("offset_days", "pk")))


def steps_by_text(organization: Organization) -> dict[tuple[str, str], list[PolicyStep]]:
    """The steps of policies in force by the text they write with (key and channel), whatever language they name."""
    steps = PolicyStep.objects.filter(organization=organization, version__is_current=True)
    found: dict[tuple[str, str], list[PolicyStep]] = {}
    for step in steps.select_related("version__policy", "template").order_by("version__policy__name", "offset_days"):
        if step.template is not None:
            found.setdefault((step.template.key, step.template.channel), []).append(step)
    return found
