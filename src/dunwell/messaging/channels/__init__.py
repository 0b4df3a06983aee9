"""The ways a message can reach someone. A new channel is a folder here and an entry in `CHANNELS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dunwell.messaging.channels import email, letter, sms
from dunwell.messaging.channels.port import ChannelFactory
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """`connect` reads an organization's settings, once, for connections by them; `is_set_up`: whether they suffice.

    No connection: people send what goes on this channel, or it has not been set up.
    """

    connect: Callable[[int], ChannelFactory | None]
    is_set_up: Callable[[Organization], bool]


CHANNELS: dict[str, ChannelEntry] = {
    Channel.EMAIL.value: ChannelEntry(email.email_channel_of, email.is_set_up),
    Channel.SMS.value: ChannelEntry(sms.twilio_channel_of, sms.is_set_up),
    Channel.LETTER.value: ChannelEntry(letter.letter_channel_of, letter.is_set_up),
}


def channels_of(organization_id: int) -> dict[str, ChannelFactory]:
    """Every channel of the organization that a worker sends on, by name."""
    found = {kind: entry.connect(organization_id) for kind, entry in CHANNELS.items()}
    return {kind: factory for kind, factory in found.items() if factory is not None}


def channels_set_up(organization: Organization) -> tuple[str, ...]:
    """The channels that can send for the organization now."""
    return tuple(kind for kind, entry in CHANNELS.items() if entry.is_set_up(organization))
