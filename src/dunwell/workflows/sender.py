"""Whether and as whom an organization can send."""

from __future__ import annotations

from django.conf import settings as installation

from dunwell.followup.services.texts import Sender
from dunwell.messaging.channels.email.settings import smtp_settings
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.models import Organization
from dunwell.rules.hosts import is_loopback


def sender_of(organization: Organization) -> Sender:
    """The name and address its messages come from: its own, else the installation's; empty where neither is set."""
    settings = organization.settings
    return Sender(
        settings.sender_address or installation.SENDER,
        settings.sender_name or organization.name,
        settings.reply_to or installation.REPLY_TO,
    )


def channels_set_up(organization: Organization) -> tuple[str, ...]:
    """The channels that can send for the organization now: e-mail needs a server and a sender address."""
    if not sender_of(organization).address:
        return ()
    try:
        smtp_settings(organization.pk)
    except ServerUnavailableError:
        return ()
    return ("email",)


def sends_to_loopback(organization: Organization) -> bool:
    """The mail server is on this machine: a catcher or a test, where other days than today may be tried."""
    try:
        host = smtp_settings(organization.pk).host
    except ServerUnavailableError:
        return False
    return is_loopback(host)
