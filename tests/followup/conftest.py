"""An organization that chases by the default policy."""

from __future__ import annotations

import pytest

from dunwell.followup.models import PolicyVersion
from dunwell.followup.services.policies import DEFAULT_STEPS, create_default_policy
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization


@pytest.fixture
def policy(organization: Organization) -> PolicyVersion:
    """The default policy, with plain texts."""
    MessageTemplate.objects.bulk_create(
        MessageTemplate(
            organization=organization,
            key=step.template,
            name=step.name,
            tone=step.tone,
            subject="{{ organization.name }}: {{ customer.name }}",
            body_html="<p>Dear {{ customer.name }}</p>{{ invoice_table }}",
        )
        for step in DEFAULT_STEPS
    )
    return create_default_policy(organization=organization)
