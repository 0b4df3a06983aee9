"""Which provider an organization sends through, and with what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as installation

from dunwell.messaging.channels.email.providers.known import PROVIDERS, Provider
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.models import MailProvider
from dunwell.organizations.models import Organization
from dunwell.organizations.secrets import SecretUnreadableError, decrypt, encrypt

# The key, among the secrets, of the password that protects the webhook
WEBHOOK_PASSWORD = "webhook_password"  # noqa: S105 - a name


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider with its values. `timeout` (seconds) is for connecting, and again for the answer."""

    provider: Provider
    options: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0

    @property
    def server(self) -> str:
        """As a person would name it."""
        address = self.options.get("api_url", "")
        return f"{self.provider.title} ({urlsplit(address).netloc})" if address else self.provider.title

    @property
    def host(self) -> str:
        """Where its interface is, where that was said."""
        return urlsplit(self.options.get("api_url", "")).hostname or ""

    def given(self, *, for_reports: bool) -> dict[str, str]:
        """What Anymail is told, to send or to read reports."""
        values = {**self.options, **self.secrets}
        return {
            each.name: values[each.name]
            for each in self.provider.fields
            if each.for_reports == for_reports and values.get(each.name)
        }


def provider_used(organization: Organization) -> Provider | None:
    """Which provider its mail goes through, whether or not it is set up whole."""
    name = MailProvider.objects.filter(organization=organization).values_list("name", flat=True).first()
    return PROVIDERS.get(name) if name else None


def provider_settings(organization_id: int) -> ProviderSettings | None:
    """The organization's provider; None: it sends through a mail server. ServerUnavailableError: it cannot be used."""
    row = MailProvider.objects.filter(organization_id=organization_id).first()
    if row is None:
        return None
    provider = PROVIDERS.get(row.name)
    if provider is None:
        raise ServerUnavailableError(f"This version of Dunwell does not know the mail provider “{row.name}”.")
    if not provider.is_installed:
        raise ServerUnavailableError(
            f"{provider.title} needs a package that is not installed here ({provider.needs}). Whoever runs the server "
            f"enters: {provider.how_to_install}"
        )
    try:
        secrets = secrets_of(row)
    except SecretUnreadableError as error:
        raise ServerUnavailableError(f"The keys for {provider.title} cannot be read. {error}") from error
    missing = [
        each.label for each in provider.fields if each.required and not {**row.options, **secrets}.get(each.name)
    ]
    if missing:
        raise ServerUnavailableError(f"{provider.title} is not set up whole. Missing: {', '.join(missing)}.")
    return ProviderSettings(provider, row.options, secrets, timeout=float(installation.SMTP_TIMEOUT))


def secrets_of(row: MailProvider) -> dict[str, str]:
    """The keys of a row; SecretUnreadableError when they were stored under another secret key."""
    found: dict[str, str] = json.loads(decrypt(row.secrets_encrypted) or "{}")
    return found


def encrypted(secrets: Mapping[str, Any]) -> str:
    """As a row holds them."""
    return encrypt(json.dumps(dict(secrets)))
