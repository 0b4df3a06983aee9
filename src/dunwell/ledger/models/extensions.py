"""More time for one invoice: its due date, moved by agreement."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dunwell.ledger.models.invoices import Invoice
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


@kept()
class DueDateExtension(models.Model):
    """One extension; `invoice.due_on` is the due date that stands now, rows here are how it came to be.

    Each extension is an anchor of its own: the steps of a policy may run afresh for it. Added, never changed.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="extensions", db_index=False)
    old_due_on = models.DateField()
    new_due_on = models.DateField()
    extended_on = models.DateField(help_text="The day from which the new due date counts: before it, the old one did.")
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="extension_tenant_key"),
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")),
                name="extension_gives_more_time",
                violation_error_message="The new due date must lie after the present one.",
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "invoice", "id"), name="extension_by_invoice"),
            # The book as of a past day: whose due date has moved since?
            models.Index(fields=("organization", "extended_on"), name="extension_since"),
        ]

    def __str__(self) -> str:
        return f"{self.old_due_on} to {self.new_due_on}"
