"""What customers answer, as it came in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.models.outbox import ChannelKind
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class Reply(models.Model):
    """One message from outside. What came in is never changed; the same one twice is one.

    `customer` is whoever has the address it came from; nobody, where no contact has it. A person deals with it, except
    with a word that counts by itself: that was dealt with when it came, by nobody.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=20, choices=ChannelKind.choices)
    provider_id = models.CharField(max_length=200, help_text="What the provider calls it.")
    customer = TenantForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    sender = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320, blank=True)
    body = models.TextField(blank=True)
    meaning = models.CharField(
        max_length=10, blank=True, help_text="“stop” or “start” where it is that and nothing else."
    )
    received_at = models.DateTimeField()
    look_again_on = models.DateField(null=True, blank=True, help_text="Put off until this day.")
    dealt_with_at = models.DateTimeField(null=True, blank=True)
    dealt_with_by = models.ForeignKey(
        "organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("organization", "channel", "provider_id"), name="reply_once"),
            models.CheckConstraint(condition=Q(channel__in=ChannelKind.values), name="reply_channel_known"),
            models.CheckConstraint(condition=Q(meaning__in=("", "stop", "start")), name="reply_meaning_known"),
            models.CheckConstraint(
                condition=Q(meaning="") | Q(dealt_with_at__isnull=False), name="reply_of_one_word_is_dealt_with"
            ),
        ]
        indexes = [
            models.Index(fields=("organization", "customer", "received_at"), name="reply_by_customer"),
            models.Index(fields=("organization", "-received_at"), name="reply_by_time"),
            # What a person has to read: the worklist, and the count on the tab
            models.Index(fields=("organization", "id"), condition=Q(dealt_with_at__isnull=True), name="reply_open"),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.body[:60]}"
