"""Lob prints, folds and posts letters in the United States."""

from __future__ import annotations

from dunwell.messaging.channels.letter.lob.channel import LobChannel
from dunwell.messaging.channels.letter.lob.settings import LobSettings, is_set_up, lob_settings
from dunwell.messaging.channels.port import Channel, ChannelFactory, ServerUnavailableError

__all__ = ["LobChannel", "LobSettings", "is_set_up", "lob_channel_of", "lob_settings"]


def lob_channel_of(organization_id: int) -> ChannelFactory:
    """Makes connections to the organization's account; its settings are read now, once."""
    try:
        settings = lob_settings(organization_id)
    except ServerUnavailableError as error:
        reason = str(error)

        def unavailable() -> Channel:
            raise ServerUnavailableError(reason)

        return unavailable

    def connect() -> Channel:
        return LobChannel(settings)

    return connect
