"""Whether and as whom an organization can send."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings as installation

from dunwell.followup.services.texts import Sender
from dunwell.messaging.channels import channels_set_up
from dunwell.messaging.channels.email import mail_settings
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.queries.senders import all_senders
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel
from dunwell.rules.hosts import is_loopback

__all__ = ["channels_set_up", "sender_of", "sends_to_loopback"]


def sender_of(organization: Organization) -> Sender:
    """The name and address its messages come from: its own, else the installation's; empty where neither is set.

    With it come the further senders that policies and steps may name.
    """
    settings = organization.settings
    others = {
        row.pk: Sender(row.address, row.name, row.reply_to, settings.twilio_sender, signature=row.signature)
        for row in all_senders(organization)
    }
    return Sender(
        settings.sender_address or installation.SENDER,
        settings.sender_name or organization.name,
        settings.reply_to or installation.REPLY_TO,
        settings.twilio_sender,
        others,
        settings.sender_signature,
    )


def sends_to_loopback(organization: Organization) -> bool:
    """Whatever is sent ends on this machine, in a catcher or a test, where other days than today may be tried."""
    try:
        host = mail_settings(organization.pk).host
    except ServerUnavailableError:
        return False
    set_up = channels_set_up(organization)
    is_caught = Channel.SMS not in set_up or is_loopback(urlsplit(installation.TWILIO_API).hostname or "")
    return is_loopback(host) and is_caught and Channel.LETTER not in set_up
