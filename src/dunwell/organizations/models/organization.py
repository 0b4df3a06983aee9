"""The tenant."""

from __future__ import annotations

import zoneinfo

from django.db import models

from dunwell.organizations.keeping import kept


@kept()
class Organization(models.Model):
    """A company that is owed money. Every row of its book carries its id."""

    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    base_currency = models.CharField(
        max_length=3, help_text="ISO 4217 code; figures across currencies are shown in it."
    )
    time_zone = models.CharField(max_length=64, default="UTC", help_text="IANA name, for example Europe/Berlin.")
    locale = models.CharField(max_length=16, default="en_US", help_text="How dates and amounts are written.")
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166 code; its public holidays are no business days."
    )
    region = models.CharField(max_length=10, blank=True, help_text="Subdivision for regional holidays.")
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(base_currency__regex=r"^[A-Z]{3}$"),
                name="organization_currency_is_iso",
                violation_error_message="A currency is three capital letters, for example EUR.",
            ),
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(country__regex=r"^[A-Z]{2}$"),
                name="organization_country_is_iso",
                violation_error_message="A country is two capital letters, for example DE.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)
