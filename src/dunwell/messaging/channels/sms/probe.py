"""Trying a Twilio account out before anything depends on it."""

from __future__ import annotations

import datetime as dt

from dunwell.messaging.channels.port import OutgoingMessage, Result, ServerUnavailableError
from dunwell.messaging.channels.sms.channel import TwilioChannel
from dunwell.messaging.channels.sms.settings import TwilioSettings

_BODY = "This is a test from Dunwell. It came through Twilio, so reminders by SMS will too."


def send_test_sms(settings: TwilioSettings, *, to: str, now: dt.datetime, text: str = _BODY) -> tuple[bool, str]:
    """Send one SMS; whether Twilio took it, and its own words."""
    channel = TwilioChannel(settings)
    message = OutgoingMessage(
        id=0,
        organization_id=0,
        customer_id=0,
        recipient=to,
        recipient_name="",
        sender=settings.sender,
        sender_name="",
        reply_to="",
        subject="",
        body_text=text,
        body_html="",
        rfc_message_id="",
        attempts=0,
        copies=(),
        date=now,
    )
    try:
        answer = channel.transmit(message)
    except ServerUnavailableError as error:
        return False, str(error)
    finally:
        channel.close()
    return answer.result is Result.ACCEPTED, answer.detail
