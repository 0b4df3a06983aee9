"""What came in, and which invoices it reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When

from dunwell.ledger.models.credits import CreditNote
from dunwell.ledger.models.customers import Customer
from dunwell.ledger.models.invoices import Invoice
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class PaymentStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    REFUNDED = "refunded", "Refunded"


@kept(exclude=["status", "unapplied", "updated_at"])
class Payment(models.Model):
    """Money from a customer. Its dates say what it was on any day; the status follows from them."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="payments")
    reference = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    initiated_on = models.DateField()
    succeeded_on = models.DateField(null=True, blank=True)
    failed_on = models.DateField(null=True, blank=True)
    refunded_on = models.DateField(null=True, blank=True)
    intended_invoice = TenantForeignKey(
        Invoice,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="What a pending payment is for.",
    )
    end_reason = models.CharField(
        max_length=300, blank=True, db_default="", default="", help_text="Why it failed, or was refunded."
    )
    is_opening = models.BooleanField(default=False, help_text="Stands for what was paid before this book began.")
    method = models.CharField(max_length=50, blank=True)
    allocated = models.DecimalField(max_digits=19, decimal_places=4, default=0, help_text="Allocations that stand.")
    last_entry_on = models.DateField(null=True, blank=True, help_text="Latest effective date of an allocation.")
    status = models.GeneratedField(
        expression=Case(
            When(Q(refunded_on__isnull=False), then=Value("refunded")),
            When(Q(failed_on__isnull=False), then=Value("failed")),
            When(Q(succeeded_on__isnull=False), then=Value("succeeded")),
            default=Value("pending"),
        ),
        output_field=models.CharField(max_length=20, choices=PaymentStatus.choices),
        db_persist=True,
    )
    unapplied = models.GeneratedField(
        expression=Case(
            When(
                Q(succeeded_on__isnull=False, failed_on__isnull=True, refunded_on__isnull=True),
                then=F("amount") - F("allocated"),
            ),
            default=Value(0, output_field=models.DecimalField(max_digits=19, decimal_places=4)),
        ),
        output_field=models.DecimalField(max_digits=19, decimal_places=4),
        db_persist=True,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="payment_tenant_key"),
            models.UniqueConstraint(fields=("organization", "reference"), name="payment_reference_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("amount")),
                name="payment_never_overspent",
                violation_error_message="More of this payment is allocated than came in.",
            ),
            models.CheckConstraint(
                condition=Q(refunded_on__isnull=True) | Q(succeeded_on__isnull=False),
                name="payment_refund_follows_success",
            ),
            models.CheckConstraint(
                condition=Q(allocated=0)
                | Q(succeeded_on__isnull=False, failed_on__isnull=True, refunded_on__isnull=True),
                name="payment_allocated_only_when_money_is_there",
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "initiated_on"), name="payment_by_customer"),
            # Netting and holds ask only for what is not used up
            models.Index(fields=("organization", "customer"), condition=Q(unapplied__gt=0), name="payment_unapplied"),
            # What came in on a day, added up from the index alone
            models.Index(
                fields=("organization", "succeeded_on"),
                include=("currency", "amount"),
                condition=Q(succeeded_on__isnull=False, is_opening=False),
                name="payment_received",
            ),
            # Pending payments hold their invoice for a few days only, so the day finds them
            models.Index(fields=("organization", "initiated_on"), name="payment_by_day"),
            # The largest or smallest of a currency, as the list asks for them
            models.Index(fields=("organization", "currency", "amount", "id"), name="payment_by_amount"),
            # Unapplied credit as of a past day: what has been used, refunded or has failed since
            models.Index(fields=("organization", "last_entry_on"), name="payment_entries_since"),
            models.Index(
                fields=("organization", "refunded_on"),
                condition=Q(refunded_on__isnull=False),
                name="payment_refunded_since",
            ),
            models.Index(
                fields=("organization", "failed_on"), condition=Q(failed_on__isnull=False), name="payment_failed_since"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


@kept()
class Allocation(models.Model):
    """Part of a payment or credit note that settles part of an invoice, from a day on."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="allocations")
    payment = TenantForeignKey(Payment, null=True, blank=True, on_delete=models.CASCADE, related_name="allocations")
    credit_note = TenantForeignKey(
        CreditNote, null=True, blank=True, on_delete=models.CASCADE, related_name="allocations"
    )
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    effective_on = models.DateField()
    reversed_on = models.DateField(null=True, blank=True, help_text="From this day the allocation counts no more.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note__isnull=True)
                | Q(payment__isnull=True, credit_note__isnull=False),
                name="allocation_has_one_source",
            ),
            models.CheckConstraint(
                condition=Q(reversed_on__isnull=True) | Q(reversed_on__gte=F("effective_on")),
                name="allocation_reversed_after_effect",
            ),
        ]
        indexes = [
            # A reversal entered ahead: whose facts change on a day?
            models.Index(
                fields=("organization", "reversed_on"),
                condition=Q(reversed_on__isnull=False),
                name="allocation_reversed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.effective_on}"
