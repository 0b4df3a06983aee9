"""How a customer pays over time, as of the last assessment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey
from dunwell.rules.segments import SEGMENT_NAMES

SEGMENTS = [(segment.value, name) for segment, name in SEGMENT_NAMES.items()]


class CustomerProfile(models.Model):
    """Segment, risk and expected value (`rules.segments`), with the facts they follow from."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    segment = models.CharField(max_length=20, choices=SEGMENTS)
    since = models.DateField()
    risk = models.PositiveSmallIntegerField(help_text="0 to 100.")
    judged = models.PositiveIntegerField(help_text="Invoices of the window that were settled or are past their time.")
    late = models.PositiveIntegerField(help_text="Those of them that were late.")
    outstanding = models.DecimalField(max_digits=19, decimal_places=4, help_text="In the base currency.")
    overdue = models.DecimalField(max_digits=19, decimal_places=4, help_text="In the base currency.")
    expected_value = models.DecimalField(
        max_digits=19, decimal_places=4, help_text="What of the overdue amount can be expected to come in."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(segment__in=[value for value, _ in SEGMENTS]), name="customer_profile_segment_known"
            ),
            models.CheckConstraint(condition=Q(risk__lte=100), name="customer_profile_risk_in_range"),
        ]
        indexes = [
            models.Index(fields=("organization", "segment"), name="customer_profile_by_segment"),
            models.Index(fields=("organization", "-expected_value"), name="customer_profile_by_value"),
        ]

    def __str__(self) -> str:
        return f"{self.segment}, risk {self.risk}"


class SegmentChange(models.Model):
    """A change of segment: the row that history and alerts read. Added, never changed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    before = models.CharField(max_length=20, choices=SEGMENTS)
    after = models.CharField(max_length=20, choices=SEGMENTS)
    changed_on = models.DateField(help_text="The date of the assessment that saw it.")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=("organization", "id"), name="segment_change_cursor"),
            models.Index(fields=("organization", "customer", "changed_on"), name="segment_change_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"
