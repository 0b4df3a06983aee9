"""A past period lived through under other policies: what was asked, how far it is, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.followup.models.policies import DunningPolicy
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class SimulationState(models.TextChoices):
    QUEUED = "queued", "Waiting for a worker"
    RUNNING = "running", "Being lived through"
    DONE = "done", "Done"
    FAILED = "failed", "Not done"
    CANCELLED = "cancelled", "Cancelled"


class Simulation(models.Model):
    """`policies` is the other side as TOML; empty: the saved `policy`. With both, it is that policy's next version."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100, help_text="Of the policy that is compared.")
    policy = TenantForeignKey(DunningPolicy, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    policies = models.TextField(blank=True, help_text="TOML")
    for_everybody = models.BooleanField(default=True, help_text="Whatever rules and customers' own settings say.")
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=10, choices=SimulationState.choices, default=SimulationState.QUEUED)
    days_done = models.PositiveIntegerField(default=0, help_text="Of both sides.")
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True, help_text="Why there is no result, in one sentence.")
    created_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SimulationState.values), name="simulation_state_known"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="simulation_has_days"),
            models.CheckConstraint(
                condition=~Q(state=SimulationState.FAILED) | ~Q(error=""), name="simulation_says_why_not"
            ),
        ]
        indexes = [models.Index(fields=("organization", "-id"), name="simulation_latest")]

    def __str__(self) -> str:
        return f"{self.name}, {self.first} to {self.last}"

    @property
    def days(self) -> int:
        """Of both sides."""
        return 2 * ((self.last - self.first).days + 1)

    @property
    def percent_done(self) -> int:
        return min(100, 100 * self.days_done // self.days)

    @property
    def is_at_work(self) -> bool:
        return self.state in (SimulationState.QUEUED, SimulationState.RUNNING)
