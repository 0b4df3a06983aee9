"""E-mail, by SMTP or through a provider."""

from __future__ import annotations

from dunwell.messaging.channels.email.channel import SmtpChannel
from dunwell.messaging.channels.email.connection import (
    connect_by,
    email_channel_of,
    is_set_up,
    mail_settings,
    while_somebody_waits,
)
from dunwell.messaging.channels.email.probe import ProbeResult, TestWords, send_test, send_through
from dunwell.messaging.channels.email.settings import SmtpSettings, smtp_settings

__all__ = [
    "ProbeResult",
    "SmtpChannel",
    "SmtpSettings",
    "TestWords",
    "connect_by",
    "email_channel_of",
    "is_set_up",
    "mail_settings",
    "send_test",
    "send_through",
    "smtp_settings",
    "while_somebody_waits",
]
