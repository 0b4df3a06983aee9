"""Letters that a person prints and posts: a pile of paper, and what became of each sheet of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.messaging.models.files import StoredFile
from dunwell.messaging.models.outbox import Message
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class PrintBatch(models.Model):
    """Letters printed together: one file with a list in front. Printed again it is the same file."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    file = TenantForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    pages = models.PositiveIntegerField(help_text="With the list in front.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    posted_on = models.DateField(null=True, blank=True, help_text="The day the pile went to the post.")
    posted_at = models.DateTimeField(null=True, blank=True, help_text="When a person said so.")
    posted_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="print_batch_tenant_key"),
            models.CheckConstraint(
                condition=Q(posted_on__isnull=True, posted_at__isnull=True)
                | Q(posted_on__isnull=False, posted_at__isnull=False),
                name="print_batch_posted_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "-made_at"), name="print_batch_by_time"),
            models.Index(fields=("organization", "file"), name="print_batch_by_file"),
        ]

    def __str__(self) -> str:
        return f"Print batch {self.pk}"


class BatchLetter(models.Model):
    """One letter of a batch, in the order of the pile; called back: it is taken out of the pile."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    batch = TenantForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="letters", db_index=False)
    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()
    called_back_at = models.DateTimeField(null=True, blank=True)
    called_back_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = [
            # Never twice: a letter is in one pile
            models.UniqueConstraint(fields=("message",), name="batch_letter_once"),
            models.UniqueConstraint(fields=("batch", "position"), name="batch_letter_position_once"),
            models.CheckConstraint(
                condition=Q(called_back_at__isnull=True, called_back_reason="")
                | Q(called_back_at__isnull=False) & ~Q(called_back_reason=""),
                name="batch_letter_called_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.position} of batch {self.batch_id}"
