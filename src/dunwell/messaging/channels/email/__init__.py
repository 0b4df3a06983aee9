"""E-mail by SMTP."""

from __future__ import annotations

from dunwell.messaging.channels.email.channel import SmtpChannel
from dunwell.messaging.channels.email.probe import ProbeResult, TestWords, send_test
from dunwell.messaging.channels.email.settings import SmtpSettings, is_set_up, smtp_settings
from dunwell.messaging.channels.port import Channel, ChannelFactory, ServerUnavailableError

__all__ = [
    "ProbeResult",
    "SmtpChannel",
    "SmtpSettings",
    "TestWords",
    "is_set_up",
    "send_test",
    "smtp_channel_of",
    "smtp_settings",
]


def smtp_channel_of(organization_id: int) -> ChannelFactory:
    """Makes connections to the organization's mail server; its settings are read now, once."""
    try:
        settings = smtp_settings(organization_id)
    except ServerUnavailableError as error:
        reason = str(error)

        def unavailable() -> Channel:
            raise ServerUnavailableError(reason)

        return unavailable

    def connect() -> Channel:
        return SmtpChannel(settings)

    return connect
