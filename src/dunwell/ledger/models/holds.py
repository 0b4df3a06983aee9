"""Dated reasons not to chase."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dunwell.ledger.models.customers import Customer
from dunwell.ledger.models.invoices import Invoice
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class HoldReason(models.TextChoices):
    DISPUTE = "dispute", "Disputed"
    PROMISE = "promise", "Promised to pay"
    PLAN = "plan", "Payment plan"
    PAYMENT_IN_FLIGHT = "payment_in_flight", "Payment on its way"
    MANUAL = "manual", "Paused by a person"
    AUTOPAY = "autopay", "Pays automatically"
    LEGAL = "legal", "With lawyers"
    INSOLVENCY = "insolvency", "Insolvency"
    VULNERABLE = "vulnerable", "Vulnerable person"


@kept(exclude=["updated_at"])
class Hold(models.Model):
    """Chasing rests from `starts_on` up to, not including, `ends_on` or the day of release."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="holds")
    invoice = TenantForeignKey(
        Invoice,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="holds",
        help_text="Empty: the whole customer.",
    )
    reason = models.CharField(max_length=20, choices=HoldReason.choices)
    amount = models.DecimalField(
        max_digits=19,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="The part of the invoice that is held; empty: all of it.",
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="Chasing goes on from this day; empty: until released.")
    released_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    created_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source_key = models.CharField(max_length=200, blank=True, help_text="What an import knows this hold by.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=HoldReason.values), name="hold_reason_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="hold_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0, invoice__isnull=False),
                name="hold_part_of_an_invoice",
            ),
            models.UniqueConstraint(
                fields=("organization", "source_key"), condition=~Q(source_key=""), name="hold_source_key_once"
            ),
        ]
        indexes = [
            # Standing holds of a customer or an invoice
            models.Index(
                fields=("organization", "customer"),
                condition=Q(released_on__isnull=True),
                name="hold_standing_by_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} from {self.starts_on}"
