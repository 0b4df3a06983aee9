"""The policies that a pass plans by: every policy's current version, and which of them is the default."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import AssignmentRule, CustomerPolicy, DunningPolicy, PolicyAssignment, PolicyStep
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization
from dunwell.rules.escalation import BY_PEOPLE, Anchor, Conditions, Step, Tone


class NoPolicyError(Exception):
    """The organization has no default policy to plan by."""


@dataclass(frozen=True)
class TimedStep:
    """One time that a step goes: the row it comes from, and the same as the rules know it."""

    row: PolicyStep
    policy: int
    rule: Step


@dataclass(frozen=True)
class PoliciesInForce:
    """`assigns`: whether anything but the default may be given to a customer.

    `texts` are the channels for which there is each text, by its key.
    """

    default: int
    steps: tuple[PolicyStep, ...]
    timed: tuple[TimedStep, ...]
    rules: tuple[AssignmentRule, ...]
    assigns: bool
    texts: Mapping[str, frozenset[str]]

    def usable(self, step: PolicyStep, set_up: Collection[str]) -> frozenset[str]:
        """The channels that could carry the step: they are set up and have its text."""
        if step.template is None:
            return frozenset({step.channel}) & frozenset(set_up)
        return (self.texts.get(step.template.key, frozenset()) | {step.channel}) & frozenset(set_up)

    def steps_of(self, policy: int) -> list[Step]:
        return [timed.rule for timed in self.timed if timed.policy == policy]

    @property
    def offsets(self) -> set[int]:
        return {timed.rule.offset_days for timed in self.timed}

    def offsets_from(self, anchor: Anchor) -> set[int]:
        return {timed.rule.offset_days for timed in self.timed if timed.rule.anchor is anchor}

    @property
    def has_balance_conditions(self) -> bool:
        return any(step.minimum_balance is not None or step.maximum_balance is not None for step in self.steps)

    @property
    def has_work_for_people(self) -> bool:
        return any(step.channel in BY_PEOPLE for step in self.steps)

    @property
    def segment_conditions(self) -> bool:
        return any(step.segments for step in self.steps)

    @property
    def risk_thresholds(self) -> list[int]:
        return sorted({step.minimum_risk for step in self.steps if step.minimum_risk is not None})

    @property
    def use_profiles(self) -> bool:
        """Whether steps ask for segment or risk."""
        return self.segment_conditions or bool(self.risk_thresholds)

    @property
    def ask_for_facts_of_the_day(self) -> bool:
        """Whether a step may be meant for an invoice on one day and not on the next, so that no day can be passed over.

        Where nothing asks, a day off finds what the business day after it finds: no step falls on a day off.
        """
        return self.need_assessment or self.has_balance_conditions

    @property
    def need_assessment(self) -> bool:
        """Whether planning depends on what an assessment finds."""
        return self.assigns or self.use_profiles


def policies_in_force(organization: Organization) -> PoliciesInForce:
    """Raises NoPolicyError."""
    default = DunningPolicy.objects.filter(organization=organization, is_default=True).values_list("pk", flat=True)
    steps = tuple(
        PolicyStep.objects.filter(
            organization=organization, version__is_current=True, version__policy__archived_at=None
        )
        .select_related("version", "template")
        .order_by("version__policy_id", "offset_days", "pk")
    )
    if not default:
        raise NoPolicyError(f"{organization.name} has no default policy.")
    rules = tuple(AssignmentRule.objects.filter(organization=organization))
    assigns = (
        bool(rules)
        or CustomerPolicy.objects.filter(organization=organization).exists()
        or PolicyAssignment.objects.filter(organization=organization).exists()
    )
    return PoliciesInForce(default[0], steps, tuple(timed(steps)), rules, assigns, channels_of_texts(organization))


def channels_of_texts(organization: Organization) -> dict[str, frozenset[str]]:
    """For each text in use the channels it is written for."""
    found: dict[str, set[str]] = {}
    texts = MessageTemplate.objects.filter(organization=organization, archived_at=None)
    for key, channel in texts.values_list("key", "channel").distinct():
        found.setdefault(key, set()).add(channel)
    return {key: frozenset(channels) for key, channels in found.items()}


def timed(steps: Iterable[PolicyStep]) -> Iterable[TimedStep]:
    for step in steps:
        for rule in as_rule(step).repeated(step.repeat_every_days or 0, step.times):
            yield TimedStep(step, step.version.policy_id, rule)


def as_rule(step: PolicyStep) -> Step:
    """The first time of a step, as the rules know it."""
    return Step(
        lineage=step.lineage,
        offset_days=step.offset_days,
        tone=Tone(step.tone),
        channel=step.channel,
        anchor=Anchor(step.anchor),
        conditions=Conditions(
            minimum_balance=_plain(step.minimum_balance),
            maximum_balance=_plain(step.maximum_balance),
            segments=frozenset(step.segments),
            minimum_risk=step.minimum_risk,
        ),
    )


def _plain(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
