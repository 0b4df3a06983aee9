"""What belongs to an organization's first days: its sample book, and the list of what is still to be set up."""

from __future__ import annotations

from django.db import models

from dunwell.organizations.models.organization import Organization


class SampleBook(models.Model):
    """An invented organization beside a real one, to look around in. It goes as a whole, and is never sent from."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="sample_book"
    )
    beside = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="sample")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Sample book beside {self.beside_id}"


class SetUpFinished(models.Model):
    """Somebody has put away the list of what is to be set up; without this row Home shows it."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    by = models.ForeignKey("organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Set-up of {self.organization_id} finished"
