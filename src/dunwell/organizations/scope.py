"""What somebody may see of an organization's book: all of it, or the customers they own.

Reads behind a page take a `Scope` where they would take the organization, so that none can forget who asks.
What is not about customers (settings, policies, texts, runs) takes the organization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet

from dunwell.organizations.models import Organization

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Scope:
    """An organization, and the one owner whose customers may be seen; without one, all of them."""

    organization: Organization
    only_owner_id: int | None = None

    @property
    def whole_book(self) -> bool:
        return self.only_owner_id is None

    def rows(self, model: type[Row]) -> QuerySet[Row]:
        """The rows of a table that may be seen: a customer's, an invoice's, or customers themselves."""
        found: QuerySet[Row] = model._default_manager.filter(organization=self.organization)  # noqa: SLF001 - Django's documented Meta API
        if self.whole_book:
            return found
        return found.filter(**{_way_to_owner(model): self.only_owner_id})


def _way_to_owner(model: type[Model]) -> str:
    names = {field.name for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's documented Meta API
    for name, way in (
        ("customer", "customer__owner"),
        ("invoice", "invoice__customer__owner"),
        ("notice", "notice__customer__owner"),
        ("message", "message__customer__owner"),
        ("owner", "owner"),
    ):
        if name in names:
            return way
    raise TypeError(f"{model.__name__} is not about customers: read it by organization.")
