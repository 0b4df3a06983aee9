"""What one customer receives at once, exactly as it goes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dunwell.followup.models.policies import PolicyStep
from dunwell.followup.models.runs import Run
from dunwell.ledger.models import Contact, Customer, Invoice
from dunwell.messaging.models import MailSender, Message, StoredFile
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class NoticeState(models.TextChoices):
    COMPOSED = "composed", "Ready, sending is off"
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain"
    CANCELLED = "cancelled", "Called back"


class Notice(models.Model):
    """One message to one customer about invoices of one currency, with the facts it was written from."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    channel = models.CharField(max_length=20)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    step = TenantForeignKey(PolicyStep, on_delete=models.PROTECT, related_name="+", db_index=False)
    tone = models.CharField(max_length=10)
    as_of = models.DateField(help_text="The sending date the text speaks of.")
    state = models.CharField(max_length=20, choices=NoticeState.choices)
    cancel_reason = models.CharField(max_length=200, blank=True)
    contact = TenantForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    recipient = models.CharField(max_length=1000)  # six lines of a postal address, each of its own length
    recipient_name = models.CharField(max_length=200, blank=True)
    sender = TenantForeignKey(
        MailSender,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whose e-mail it is, as policy or step chose; empty: the organization's own.",
    )
    copies = models.JSONField(
        default=list, db_default=[], blank=True, help_text="Who gets a copy, as the message has it."
    )
    subject = models.CharField(max_length=500)
    body_text = models.TextField()
    body_html = models.TextField()
    amount = models.DecimalField(max_digits=19, decimal_places=4, help_text="What it asks for, after credit.")
    credit = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    fingerprint = models.CharField(max_length=32, help_text="Digest of the facts; checked again just before sending.")
    side_facts = ArrayField(
        models.CharField(max_length=20),
        default=list,
        db_default=[],
        blank=True,
        help_text="Facts besides its invoices that it speaks of or is sent by: they are in its fingerprint.",
    )
    opens_at = models.DateTimeField(help_text="Send window of its day, in the customer's time zone.")
    closes_at = models.DateTimeField()
    needs_approval = models.BooleanField(default=False)
    approved_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    window_overridden_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    contact_on = models.DateField(null=True, blank=True, help_text="The day this counted as a contact.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="notice_tenant_key"),
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "as_of"), name="notice_by_customer"),
            # Lists and counts of follow-up: what has a state, of which day
            models.Index(fields=("organization", "state", "as_of"), name="notice_by_state"),
            # Contact interval and weekly limit look only a few days back
            models.Index(
                fields=("organization", "contact_on"),
                include=("customer",),
                condition=Q(contact_on__isnull=False),
                name="notice_contacts",
            ),
            # What a pass may call back, and what needs a person
            models.Index(
                fields=("organization", "customer"),
                condition=Q(state__in=("composed", "awaiting_approval", "queued", "sending", "uncertain", "failed")),
                name="notice_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class NoticeItem(models.Model):
    """One invoice in a notice, at its own level."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    notice = TenantForeignKey(Notice, on_delete=models.CASCADE, related_name="items", db_index=False)
    invoice = TenantForeignKey(Invoice, on_delete=models.CASCADE, related_name="+")
    step = TenantForeignKey(PolicyStep, on_delete=models.PROTECT, related_name="+", db_index=False)
    balance = models.DecimalField(max_digits=19, decimal_places=4)
    netted = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    days_past_due = models.IntegerField()

    class Meta:
        ordering = ("-days_past_due", "id")
        constraints = [models.UniqueConstraint(fields=("notice", "invoice"), name="notice_item_once")]

    def __str__(self) -> str:
        return f"invoice {self.invoice_id} in notice {self.notice_id}"


class FileKind(models.TextChoices):
    INVOICE = "invoice", "Invoice"
    INVOICE_COPY = "invoice_copy", "Copy of the invoice"
    STATEMENT = "statement", "Statement of account"
    LETTER = "letter", "Letter"


class NoticeFile(models.Model):
    """A file that goes with a notice, exactly as it goes; or one that was to go with it and does not, and why."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    notice = TenantForeignKey(Notice, on_delete=models.CASCADE, related_name="files", db_index=False)
    kind = models.CharField(max_length=20, choices=FileKind.choices)
    name = models.CharField(max_length=200)
    file = TenantForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    left_out = models.CharField(max_length=300, blank=True, help_text="Why it does not go along; empty: it does.")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=("notice", "position"), name="notice_file_once"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="notice_file_kind_known"),
            models.CheckConstraint(
                condition=Q(file__isnull=False, left_out="") | Q(file__isnull=True) & ~Q(left_out=""),
                name="notice_file_or_a_reason",
            ),
        ]
        indexes = [models.Index(fields=("organization", "file"), name="notice_file_by_file")]

    def __str__(self) -> str:
        return self.name


class NoticeMessage(models.Model):
    """Which delivery carries which notice. A notice sent again by a person has a second one."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    notice = TenantForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"notice {self.notice_id} by message {self.message_id}"
