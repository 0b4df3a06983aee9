"""Passes over an organization, and how far the plan has come."""

from __future__ import annotations

from django.db import models

from dunwell.organizations.models import Organization


class Run(models.Model):
    """One pass: assess, plan, compose, dispatch; its report is what `dunwell run --json` prints."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    as_of = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=("organization", "-started_at"), name="run_latest")]

    def __str__(self) -> str:
        return f"Run for {self.as_of}"


class PlanState(models.Model):
    """The watermark of planning: all that was due up to `planned_as_of` under `basis` has its action.

    A pass with the same basis (policy, settings, calendar) and a later date looks only at due dates that
    came into reach since, and at customers whose facts changed.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    planned_as_of = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=64, blank=True)
    assessed_as_of = models.DateField(null=True, blank=True)
    assessed_basis = models.CharField(max_length=64, blank=True)
    history_stale = models.BooleanField(
        default=True, help_text="An assessment has found something new since the days were last written."
    )
    history_from = models.DateField(null=True, blank=True, help_text="The first day the book can speak of.")

    def __str__(self) -> str:
        return f"planned as of {self.planned_as_of}"
