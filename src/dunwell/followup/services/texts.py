"""The texts of notices: the organization's templates, filled with the facts of one customer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import (
    CompiledTemplate,
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    NoticeContext,
    OrganizationFacts,
    SenderFacts,
    compile_template,
    render,
)
from dunwell.organizations.models import Organization

Written = Any


@dataclass(frozen=True)
class Sender:
    """Who the messages come from."""

    address: str
    name: str
    reply_to: str = ""


class Texts:
    """An organization's compiled templates, by id and language; each is compiled once in a pass."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._templates = {
            template.pk: template
            for template in MessageTemplate.objects.filter(organization=organization)
        }
        self._by_key = {
            (template.key, template.channel, template.language): template for template in self._templates.values()
        }
        self._compiled: dict[int, CompiledTemplate] = {}
        settings = organization.settings
        self._facts = OrganizationFacts(
            name=organization.name,
            postal_address=settings.postal_address,
            payment_url_pattern=settings.payment_url_pattern,
            bank_details=settings.bank_details,
        )
