"""What became of contacts that are gone because they were another's double."""

from __future__ import annotations

from django.db import models

from dunwell.ledger.models.customers import Contact
from dunwell.organizations.models import Organization
from dunwell.organizations.tenancy import TenantForeignKey


class MergedContact(models.Model):
    """A contact that became another when customers were merged. Mails that it got lead to the one that stayed.

    Its number is this installation's own, as the signed links are that name it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    was = models.BigIntegerField(primary_key=True, help_text="The number of the contact that is gone.")
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"contact {self.was} is {self.contact}"
