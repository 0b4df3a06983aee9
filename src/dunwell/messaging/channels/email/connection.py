"""Through what an organization's mail goes: its provider's interface, or a mail server."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings as installation

from dunwell.messaging.channels.email.channel import SmtpChannel
from dunwell.messaging.channels.email.providers.settings import ProviderSettings, provider_settings
from dunwell.messaging.channels.email.settings import SmtpSettings, smtp_settings
from dunwell.messaging.channels.port import Channel, ChannelFactory, ServerUnavailableError
from dunwell.organizations.models import Organization

# Seconds for each answer, and for the last one, when somebody sits in front of the page
PATIENCE = 10.0
LAST_PATIENCE = 20.0


def mail_settings(organization_id: int) -> SmtpSettings | ProviderSettings:
    """What the organization sends through; ServerUnavailableError when it cannot be used."""
    return provider_settings(organization_id) or smtp_settings(organization_id)


def connect_by(settings: SmtpSettings | ProviderSettings) -> Channel:
    """A channel that is not open yet."""
    if isinstance(settings, SmtpSettings):
        return SmtpChannel(settings)
    # Only here: Anymail and requests take a tenth of a second to load, which most installations never need
    from dunwell.messaging.channels.email.providers.channel import ProviderChannel

    return ProviderChannel(settings)


def while_somebody_waits(organization_id: int) -> Channel:
    """The organization's channel, less patient than a worker's."""
    settings = mail_settings(organization_id)
    timeout = min(settings.timeout, PATIENCE)
    if isinstance(settings, ProviderSettings):
        return connect_by(replace(settings, timeout=timeout))
    return connect_by(replace(settings, timeout=timeout, reply_timeout=LAST_PATIENCE))


def is_set_up(organization: Organization) -> bool:
    """There is a server or provider that can be used, and an address to send from."""
    if not (organization.settings.sender_address or installation.SENDER):
        return False
    try:
        mail_settings(organization.pk)
    except ServerUnavailableError:
        return False
    return True


def email_channel_of(organization_id: int) -> ChannelFactory:
    """Makes connections for the organization's mail; its settings are read now, once."""
    try:
        settings = mail_settings(organization_id)
    except ServerUnavailableError as error:
        reason = str(error)

        def unavailable() -> Channel:
            raise ServerUnavailableError(reason)

        return unavailable

    def connect() -> Channel:
        return connect_by(settings)

    return connect
