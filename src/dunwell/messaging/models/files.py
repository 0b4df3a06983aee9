"""Files that were sent, exactly as they were."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.messaging.models.outbox import Message
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class StoredFile(models.Model):
    """The bytes of a file under their digest: what goes to a customer five times is kept once.

    Whatever names a file and is deleted lets go of it by a trigger (`migrations/sql/letting_go.sql`); a pass then looks
    whether anything else has it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes")
    content = models.BinaryField()
    used_at = models.DateTimeField(help_text="When something last came to use it.")
    in_use = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Looked at, and something had it: to be looked at again when something lets go of it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "sha256"), name="stored_file_once"),
            models.UniqueConstraint(fields=("organization", "id"), name="stored_file_tenant_key"),
            models.CheckConstraint(condition=Q(size__gt=0), name="stored_file_not_empty"),
        ]
        indexes = [
            models.Index(fields=("organization", "used_at"), condition=Q(in_use=False), name="stored_file_to_look_at")
        ]

    def __str__(self) -> str:
        return self.sha256


class MessageFile(models.Model):
    """A file that goes with a message, under the name that its reader sees."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    message = TenantForeignKey(Message, on_delete=models.CASCADE, related_name="files", db_index=False)
    file = TenantForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=("message", "position"), name="message_file_once"),
        ]
        indexes = [models.Index(fields=("organization", "file"), name="message_file_by_file")]

    def __str__(self) -> str:
        return self.name
