"""What a person at a customer has said about being reached through a channel."""

from __future__ import annotations

from django.db import models

from dunwell.ledger.models.customers import CHANNELS, Contact
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class Said(models.TextChoices):
    AGREED = "agreed", "Agreed"
    OPTED_OUT = "opted_out", "Opted out"


class ChoiceSource(models.TextChoices):
    """Where we have it from."""

    STAFF = "staff", "Told us"
    REPLY = "reply", "Their own reply"
    PAGE = "page", "Their preference page"
    COMPLAINT = "complaint", "Complaint to their mail provider"
    PROVIDER = "provider", "The provider told us"
    IMPORT = "import", "A file"


@kept()
class ChannelChoice(models.Model):
    """Consent to a channel or refusal of it, with its source and time. What was said before is in the history."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="choices", db_index=False)
    channel = models.CharField(max_length=20, choices=CHANNELS)
    said = models.CharField(max_length=10, choices=Said.choices)
    source = models.CharField(max_length=10, choices=ChoiceSource.choices)
    said_at = models.DateTimeField()
    detail = models.CharField(max_length=300, blank=True, help_text="Their words, or how they told us.")
    by = models.ForeignKey("organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("contact", "channel"), name="channel_choice_once"),
            models.CheckConstraint(
                condition=models.Q(channel__in=[value for value, _ in CHANNELS]), name="channel_choice_channel_known"
            ),
            models.CheckConstraint(condition=models.Q(said__in=Said.values), name="channel_choice_said_known"),
            models.CheckConstraint(
                condition=models.Q(source__in=ChoiceSource.values), name="channel_choice_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_said_display().lower()}"
