"""The ways a message can reach someone. A new channel is a folder here and a line in `FACTORIES`."""

from __future__ import annotations

from collections.abc import Callable

from dunwell.messaging.channels.email import smtp_channel_of
from dunwell.messaging.channels.port import ChannelFactory

# By Message.channel: makes the factory for one organization's server
FACTORIES: dict[str, Callable[[int], ChannelFactory]] = {
    "email": smtp_channel_of,
}


def channels_of(organization_id: int) -> dict[str, ChannelFactory]:
    """Every channel of the organization, by name; settings are read once, here."""
    return {kind: factory(organization_id) for kind, factory in FACTORIES.items()}
