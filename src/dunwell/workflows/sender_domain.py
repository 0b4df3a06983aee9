"""What receivers are told about the domain an organization sends from."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.messaging.channels.email import mail_settings
from dunwell.messaging.channels.email.providers.settings import ProviderSettings
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.models import Organization
from dunwell.rules.mail_domains import Judgement, judge


@dataclass(frozen=True)
class DomainReport:
    """A domain and what is to be said about its SPF, DKIM and DMARC."""

    domain: str
    judgements: list[Judgement]


def examine(organization: Organization, address: str) -> DomainReport:
    """Look up the domain of a sender's address: seconds, while somebody waits; no answer is said in the report."""
    # Here: what asks the domain name system takes a tenth of a second to import, and this alone asks it
    from dunwell.messaging.channels.email.domain_lookup import look_up

    domain = address.rpartition("@")[2].lower()
    judged = judge(look_up(domain), sends_through=_sends_through(organization), report_to=address)
    return DomainReport(domain, judged)


def _sends_through(organization: Organization) -> str:
    try:
        settings = mail_settings(organization.pk)
    except ServerUnavailableError:
        return ""
    return settings.provider.name if isinstance(settings, ProviderSettings) else settings.host
