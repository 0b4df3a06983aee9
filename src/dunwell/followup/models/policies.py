"""How an organization chases: ordered steps, kept in versions."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q

from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.escalation import Tone


@pghistory.track()
class DunningPolicy(models.Model):
    """A named way to chase. Its steps live in versions, so that each action can name the one that made it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False, help_text="Used for every customer that nothing else assigns.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="policy_tenant_key"),
            models.UniqueConstraint(fields=("organization", "name"), name="policy_name_once"),
            models.UniqueConstraint(fields=("organization",), condition=Q(is_default=True), name="policy_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class PolicyVersion(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    policy = TenantForeignKey(DunningPolicy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="policy_version_tenant_key"),
            models.UniqueConstraint(fields=("policy", "number"), name="policy_version_once"),
            models.UniqueConstraint(
                fields=("policy",), condition=Q(is_current=True), name="policy_version_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy.name}, version {self.number}"


@pghistory.track()
class PolicyStep(models.Model):
    """One step of a version. `lineage` is the step's identity through all versions of its policy."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = TenantForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="steps")
    lineage = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    offset_days = models.SmallIntegerField(help_text="Days after the due date; negative: before it.")
    channel = models.CharField(max_length=20, default="email")
    tone = models.CharField(max_length=10, choices=[(tone.value, tone.name.title()) for tone in Tone])
    template = models.ForeignKey(MessageTemplate, on_delete=models.PROTECT, related_name="+")
    approval_required = models.BooleanField(default=False)

    class Meta:
        ordering = ("offset_days", "id")
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="policy_step_tenant_key"),
            models.UniqueConstraint(fields=("version", "lineage"), name="policy_step_lineage_once"),
            models.UniqueConstraint(
                fields=("version", "offset_days", "channel"),
                name="policy_step_one_per_day_and_channel",
                violation_error_message="Two steps fall on the same day through the same channel.",
            ),
            models.CheckConstraint(condition=Q(tone__in=[tone.value for tone in Tone]), name="policy_step_tone_known"),
        ]

    def __str__(self) -> str:
        return self.name
