"""SMS through Twilio."""

from __future__ import annotations

from dunwell.messaging.channels.port import Channel, ChannelFactory, ServerUnavailableError
from dunwell.messaging.channels.sms.channel import TwilioChannel
from dunwell.messaging.channels.sms.probe import send_test_sms
from dunwell.messaging.channels.sms.settings import NoAccountError, TwilioSettings, is_set_up, twilio_settings

__all__ = ["TwilioChannel", "TwilioSettings", "is_set_up", "send_test_sms", "twilio_channel_of", "twilio_settings"]


def twilio_channel_of(organization_id: int) -> ChannelFactory | None:
    """Makes connections to Twilio in the organization's name, by settings that are read now, once. None without any."""
    try:
        settings = twilio_settings(organization_id)
    except NoAccountError:
        return None
    except ServerUnavailableError as error:
        reason = str(error)

        def unavailable() -> Channel:
            raise ServerUnavailableError(reason)

        return unavailable

    def connect() -> Channel:
        return TwilioChannel(settings)

    return connect
