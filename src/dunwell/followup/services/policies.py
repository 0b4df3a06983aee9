"""The policy a new organization chases by."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from dunwell.followup.models import DunningPolicy, PolicyStep, PolicyVersion
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization
from dunwell.rules.escalation import Tone


@dataclass(frozen=True)
class DefaultStep:
    """A step of the default policy; `template` is the key of the shipped text it uses."""

    lineage: int
    name: str
    offset_days: int
    tone: Tone
    template: str


DEFAULT_STEPS = (
    DefaultStep(1, "Heads-up", -3, Tone.FRIENDLY, "before-due"),
    DefaultStep(2, "Due today", 0, Tone.FRIENDLY, "due-today"),
    DefaultStep(3, "Reminder", 3, Tone.NEUTRAL, "reminder"),
    DefaultStep(4, "Firm reminder", 7, Tone.FIRM, "firm-reminder"),
    DefaultStep(5, "Final reminder", 14, Tone.FINAL, "final-reminder"),
)


@transaction.atomic
def create_default_policy(*, organization: Organization) -> PolicyVersion:
    """The default policy (design section 4), with the shipped texts that the organization already has."""
    texts = {
        text.key: text
        for text in MessageTemplate.objects.filter(organization=organization, channel="email", language="en")
    }
    policy = DunningPolicy.objects.create(organization=organization, name="Standard", is_default=True)
    version = PolicyVersion.objects.create(organization=organization, policy=policy, number=1)
    PolicyStep.objects.bulk_create(
        PolicyStep(
            organization=organization,
            version=version,
            lineage=step.lineage,
            name=step.name,
            offset_days=step.offset_days,
            tone=step.tone,
            template=texts[step.template],
        )
        for step in DEFAULT_STEPS
    )
    return version
