"""A new organization: the tenant, the shipped texts, and the policy that uses them; and what an upgrade brings it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dunwell.followup.services.escalation import install_escalation_rules
from dunwell.followup.services.policies import create_default_policy
from dunwell.messaging.services.templates import install_shipped
from dunwell.organizations.models import Organization
from dunwell.organizations.services import create_organization


@transaction.atomic
def set_up_organization(**fields: Any) -> Organization:
    """An organization with everything it needs to plan; the fields are those of `create_organization`."""
    organization = create_organization(**fields)
    install_shipped(organization=organization)
    create_default_policy(organization=organization)
    install_escalation_rules(organization=organization)
    return organization


def refresh_shipped_texts() -> None:
    """After an upgrade: every organization gets what this Dunwell ships; texts that somebody has edited stay."""
    for organization in Organization.objects.order_by("id"):
        install_shipped(organization=organization)
