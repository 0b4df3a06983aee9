"""What makes a debt smaller without money."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When

from dunwell.ledger.models.customers import Customer
from dunwell.ledger.models.invoices import Invoice
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


@kept(exclude=["unapplied", "updated_at"])
class CreditNote(models.Model):
    """A credit to a customer; it reaches invoices through dated allocations, as a payment does."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="credit_notes")
    number = models.CharField(max_length=100)
    issued_on = models.DateField()
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=19, decimal_places=4)
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True, db_default="", default="")
    allocated = models.DecimalField(max_digits=19, decimal_places=4, default=0, help_text="Allocations that stand.")
    last_entry_on = models.DateField(null=True, blank=True, help_text="Latest effective date of an allocation.")
    unapplied = models.GeneratedField(
        expression=Case(
            When(
                Q(voided_on__isnull=False),
                then=Value(0, output_field=models.DecimalField(max_digits=19, decimal_places=4)),
            ),
            default=F("total") - F("allocated"),
        ),
        output_field=models.DecimalField(max_digits=19, decimal_places=4),
        db_persist=True,
    )
    description = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="credit_note_tenant_key"),
            models.UniqueConstraint(fields=("organization", "number"), name="credit_note_number_once"),
            models.CheckConstraint(condition=Q(total__gt=0), name="credit_note_total_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("total")), name="credit_note_never_overspent"
            ),
            models.CheckConstraint(
                condition=Q(allocated=0) | Q(voided_on__isnull=True), name="credit_note_void_is_unused"
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "customer"), name="credit_note_by_customer"),
            models.Index(fields=("organization", "last_entry_on"), name="credit_note_entries_since"),
            # The orders that the list of all credit notes can have; by number it has the unique key's
            models.Index(fields=("organization", "issued_on", "id"), name="credit_note_by_day"),
            models.Index(fields=("organization", "currency", "total", "id"), name="credit_note_by_amount"),
            models.Index(
                fields=("organization", "customer"), condition=Q(unapplied__gt=0), name="credit_note_unapplied"
            ),
        ]

    def __str__(self) -> str:
        return self.number


@kept()
class WriteOff(models.Model):
    """A part of a debt given up on a day."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="write_offs")
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    written_off_on = models.DateField()
    reversed_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_amount_positive")]
        indexes = [
            # A reversal entered ahead: whose facts change on a day?
            models.Index(
                fields=("organization", "reversed_on"),
                condition=Q(reversed_on__isnull=False),
                name="write_off_reversed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.written_off_on}"
