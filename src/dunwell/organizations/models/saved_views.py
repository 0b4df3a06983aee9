"""Lists as somebody wants to find them again."""

from __future__ import annotations

from django.db import models

from dunwell.organizations.keeping import kept
from dunwell.organizations.models.organization import Organization
from dunwell.organizations.models.people import User


@kept(exclude=["updated_at"])
class SavedView(models.Model):
    """A list with its filters, columns, order and page size, under a name; its owner's alone, or everybody's."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField("list", max_length=40, help_text="The list's name in web/lists/tables.")
    name = models.CharField(max_length=60)
    query = models.CharField(
        "filters and columns", max_length=2000, blank=True, help_text="What stands in the address after the ?."
    )
    is_shared = models.BooleanField("shared", default=False, help_text="Everybody in the organization sees it.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=("organization", "list_name", "user", "name"), name="saved_view_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
