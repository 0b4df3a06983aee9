"""Which mail server an organization sends through."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings as installation

from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.models import OrganizationSettings
from dunwell.organizations.secrets import SecretUnreadableError, decrypt
from dunwell.rules.hosts import tells_password

# Waiting longer for the last answer is better than not knowing (RFC 5321, 4.5.3.2.6 asks for ten minutes)
_REPLY_FACTOR = 10


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One mail server. `timeout` (seconds) is for each answer but the last, which may take `reply_timeout`."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    reply_timeout: float = 300.0
    messages_per_connection: int = 100

    @property
    def server(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def content_timeout(self) -> float:
        """Seconds for handing over the content as a whole, however slowly the server reads."""
        return 4 * self.timeout

    @property
    def longest(self) -> dt.timedelta:
        """The most that reconnecting, signing in and one transmission can take."""
        answers = 14
        return dt.timedelta(seconds=answers * self.timeout + self.content_timeout + self.reply_timeout)


def smtp_settings(organization_id: int) -> SmtpSettings:
    """The organization's own server, else the installation's; ServerUnavailableError when none can be used."""
    settings = _chosen(organization_id)
    if tells_password(settings.host, settings.security, settings.user):
        raise ServerUnavailableError(
            f"Without encryption the password for {settings.host} would cross the network readable by all. "
            "Choose STARTTLS or TLS."
        )
    return settings


def _chosen(organization_id: int) -> SmtpSettings:
    own = OrganizationSettings.objects.get(organization_id=organization_id)
    timeout = float(installation.SMTP_TIMEOUT)
    if own.smtp_host:
        try:
            password = decrypt(own.smtp_password_encrypted)
        except SecretUnreadableError as error:
            raise ServerUnavailableError(f"The password for {own.smtp_host} cannot be read. {error}") from error
        return SmtpSettings(
            host=own.smtp_host,
            port=own.smtp_port,
            security=own.smtp_security,
            user=own.smtp_user,
            password=password,
            timeout=timeout,
            reply_timeout=_REPLY_FACTOR * timeout,
        )
    if not installation.SMTP_HOST:
        raise ServerUnavailableError("No mail server is set, neither for this organization nor for the installation.")
    return SmtpSettings(
        host=installation.SMTP_HOST,
        port=installation.SMTP_PORT,
        security=installation.SMTP_SECURITY,
        user=installation.SMTP_USER,
        password=installation.SMTP_PASSWORD,
        timeout=timeout,
        reply_timeout=_REPLY_FACTOR * timeout,
    )
