"""An organization's logo."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dunwell.organizations.models.organization import Organization

MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")


class OrganizationLogo(models.Model):
    """Small, and apart from the settings, so that it is read only by whoever shows it. `digest` is its address."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True, related_name="+")
    content = models.BinaryField()
    media_type = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(media_type__in=MEDIA_TYPES), name="logo_is_a_picture")]

    def __str__(self) -> str:
        return f"{self.media_type} of {self.organization_id}"
