"""Which customers' facts have changed since somebody last looked."""

from __future__ import annotations

from django.db import models

from dunwell.organizations.models import Organization


class TouchedCustomer(models.Model):
    """One row per change, written by triggers in the transaction of the change, deleted by the reader that acted on it.

    Rows are only added and deleted, never updated, and have no unique key: writers never wait for one
    another, and a reader deletes exactly the rows that its own snapshot has seen.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=("organization", "customer_id"), name="touched_by_customer")]

    def __str__(self) -> str:
        return f"customer {self.customer_id}"
