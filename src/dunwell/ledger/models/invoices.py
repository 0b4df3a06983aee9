"""What is owed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest

from dunwell.ledger.models.customers import Customer
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class InvoiceStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    PARTIALLY_PAID = "partially_paid", "Partially paid"
    PAID = "paid", "Paid"
    VOID = "void", "Void"
    WRITTEN_OFF = "written_off", "Written off"


_money = models.DecimalField(max_digits=19, decimal_places=4)
_remaining = models.ExpressionWrapper(F("total") - F("applied") - F("written_off"), output_field=_money)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def of(self, organization: Organization) -> InvoiceQuerySet:
        return self.filter(organization=organization)

    def open(self) -> InvoiceQuerySet:
        """Invoices with something left to pay, by everything that is entered."""
        return self.filter(balance__gt=0, is_draft=False)


@kept(exclude=["balance", "status", "settled_on", "updated_at"])
class Invoice(models.Model):
    """One debt.

    `applied`, `written_off` and `last_entry_on` are maintained by triggers from the dated
    entries; balance, status and the day of settlement follow from them in the database, so
    no writer can make them disagree. For a past date ask `ledger_open_items(organization, as_of)`.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="invoices")
    number = models.CharField(max_length=100)
    issued_on = models.DateField()
    due_on = models.DateField()
    terms_days = models.PositiveSmallIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=19, decimal_places=4)
    is_draft = models.BooleanField(default=False)
    voided_on = models.DateField(null=True, blank=True)
    void_reason = models.CharField(max_length=300, blank=True, db_default="", default="")
    applied = models.DecimalField(
        max_digits=19, decimal_places=4, default=0, help_text="Payments and credits that stand."
    )
    written_off = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    last_entry_on = models.DateField(
        null=True, blank=True, help_text="Latest effective date of an entry on this invoice."
    )
    balance = models.GeneratedField(
        expression=Case(When(Q(voided_on__isnull=False), then=Value(0, output_field=_money)), default=_remaining),
        output_field=models.DecimalField(max_digits=19, decimal_places=4),
        db_persist=True,
    )
    status = models.GeneratedField(
        expression=Case(
            When(Q(voided_on__isnull=False), then=Value("void")),
            When(Q(is_draft=True), then=Value("draft")),
            When(Q(total=F("applied") + F("written_off"), written_off__gt=0), then=Value("written_off")),
            When(Q(total=F("applied") + F("written_off")), then=Value("paid")),
            When(Q(applied__gt=0) | Q(written_off__gt=0), then=Value("partially_paid")),
            default=Value("open"),
        ),
        output_field=models.CharField(max_length=20, choices=InvoiceStatus.choices),
        db_persist=True,
    )
    settled_on = models.GeneratedField(
        expression=Case(
            When(Q(voided_on__isnull=False), then=Greatest(F("voided_on"), F("issued_on"))),
            When(
                Q(total=F("applied") + F("written_off")),
                then=Greatest(Coalesce(F("last_entry_on"), F("issued_on")), F("issued_on")),
            ),
            default=Value(None, output_field=models.DateField(null=True)),
        ),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    due_is_assumed = models.BooleanField(
        default=False, help_text="The source named no due date; it follows from the terms."
    )
    currency_is_assumed = models.BooleanField(default=False, help_text="The source named no currency.")
    payment_url = models.URLField(max_length=500, blank=True)
    description = models.CharField(max_length=500, blank=True)
    first_known_on = models.DateField(help_text="The book's date when this invoice first came in.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Invoice]] = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="invoice_tenant_key"),
            models.UniqueConstraint(fields=("organization", "number"), name="invoice_number_once"),
            models.CheckConstraint(condition=Q(total__gte=0), name="invoice_total_not_negative"),
            models.CheckConstraint(
                condition=Q(applied__gte=0, written_off__gte=0, applied__lte=F("total") - F("written_off")),
                name="invoice_never_overpaid",
                violation_error_message="More is applied to this invoice than it asks for.",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")),
                name="invoice_due_not_before_issue",
                violation_error_message="The due date lies before the issue date.",
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="invoice_currency_is_iso"),
        ]
        indexes = [
            # The plan asks: which open invoices of this organization fell due between two dates?
            models.Index(
                fields=("organization", "due_on"), condition=Q(settled_on__isnull=True), name="invoice_open_by_due"
            ),
            # Steps that count from the issue date, and what was entered before it was issued
            models.Index(
                fields=("organization", "issued_on"), condition=Q(settled_on__isnull=True), name="invoice_open_by_issue"
            ),
            # The book as of a past day also has what was settled since
            models.Index(
                fields=("organization", "settled_on"),
                condition=Q(settled_on__isnull=False),
                name="invoice_settled_since",
            ),
            # The orders that the list of all invoices can have; by number it has the unique key's
            models.Index(fields=("organization", "due_on", "id"), name="invoice_by_due"),
            models.Index(fields=("organization", "issued_on", "id"), name="invoice_by_issue"),
            models.Index(fields=("organization", "balance", "id"), name="invoice_by_balance"),
            # States that few invoices are in: found without reading the others
            models.Index(
                fields=("organization", "status", "due_on", "id"),
                condition=Q(status__in=("draft", "partially_paid", "void", "written_off")),
                name="invoice_of_rare_status",
            ),
            # A customer's page, assessing one customer, and the tenant key to customers
            models.Index(fields=("organization", "customer", "due_on"), name="invoice_by_customer"),
        ]

    def __str__(self) -> str:
        return self.number
