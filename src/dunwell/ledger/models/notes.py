"""What people of the team wrote down, and the documents they keep with a customer or an invoice."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.ledger.models.customers import Customer
from dunwell.ledger.models.invoices import Invoice
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class NoteKind(models.TextChoices):
    NOTE = "note", "Note"
    CALL = "call", "Call"
    LETTER = "letter", "Letter"
    MEETING = "meeting", "Meeting"


@kept()
class Note(models.Model):
    """Something a person wrote down about a customer or one of its invoices: a thought, a call, a letter."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="notes", db_index=False)
    invoice = TenantForeignKey(
        Invoice,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="notes",
        db_index=False,
        help_text="Empty: about the customer.",
    )
    kind = models.CharField(max_length=10, choices=NoteKind.choices, default=NoteKind.NOTE)
    text = models.TextField()
    spoke_with = models.CharField(max_length=200, blank=True, help_text="Who it was at the customer.")
    happened_at = models.DateTimeField()
    author = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="note_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="note_has_text"),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "-happened_at"), name="note_by_customer"),
            models.Index(
                fields=("organization", "invoice"), condition=Q(invoice__isnull=False), name="note_by_invoice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:80]}"


@kept()
class Document(models.Model):
    """A file that a person keeps with a customer or an invoice; it lies below the data directory."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="documents", db_index=False)
    invoice = TenantForeignKey(
        Invoice,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="documents",
        db_index=False,
        help_text="Empty: the customer's.",
    )
    name = models.CharField(max_length=200, help_text="As it was called when it came.")
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=300, unique=True, help_text="Below the folder of documents.")
    added_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="document_has_a_name"),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_is_not_empty"),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "-added_at"), name="document_by_customer"),
            models.Index(
                fields=("organization", "invoice"), condition=Q(invoice__isnull=False), name="document_by_invoice"
            ),
        ]

    def __str__(self) -> str:
        return self.name
