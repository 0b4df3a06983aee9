"""Names and addresses that an organization writes mail in, besides its own."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization


@kept()
class MailSender(models.Model):
    """A further sender of an organization's e-mails, which a policy or a step may name.

    The sender of all others is the organization's own, in its settings. Mail of either goes through the same server.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200, help_text="Stands beside the address.")
    address = models.EmailField()
    reply_to = models.EmailField(blank=True, help_text="Empty: answers go to the address.")
    signature = models.TextField(
        blank=True, max_length=1000, help_text="The lines that close its e-mails. Empty: its name."
    )
    archived_at = models.DateTimeField(null=True, blank=True, help_text="Not offered any more; it can be restored.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        verbose_name = "sender"
        constraints = [
            models.UniqueConstraint(fields=("organization", "id"), name="mail_sender_tenant_key"),
            # Files of policies name a sender by its address
            models.UniqueConstraint("organization", Lower("address"), name="mail_sender_address_once"),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(address=""), name="mail_sender_has_name_and_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"
