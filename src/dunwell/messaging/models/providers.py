"""Through whose service an organization's mail goes, where it is not a mail server."""

from __future__ import annotations

from django.db import models

from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization


@kept(exclude=["secrets_encrypted"])
class MailProvider(models.Model):
    """The provider an organization sends through, by its interface. Without a row it is a mail server (SMTP)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=30, help_text="One of the known providers.")
    options = models.JSONField(default=dict, blank=True, help_text="What the provider wants to know and anybody may.")
    secrets_encrypted = models.TextField(blank=True, help_text="Its keys, and the password of its webhook.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization",), name="mail_provider_once")]

    def __str__(self) -> str:
        return self.name
