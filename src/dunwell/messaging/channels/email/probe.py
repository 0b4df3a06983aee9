"""Trying a mail server out before anything depends on it."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from dunwell.messaging.channels.email.channel import SmtpChannel
from dunwell.messaging.channels.email.settings import SmtpSettings
from dunwell.messaging.channels.port import Channel, OutgoingMessage, Result, ServerUnavailableError

_BODY = """\
This is a test from Dunwell.

It came through {server}, so reminders will too.
"""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Whether the server took a test mail, and its own words."""

    accepted: bool
    words: str


@dataclass(frozen=True, slots=True)
class TestWords:
    """What a test mail says, when it tries a text out rather than a server."""

    subject: str
    text: str
    html: str


def send_test(
    settings: SmtpSettings,
    *,
    sender: str,
    to: str,
    now: dt.datetime,
    sender_name: str = "",
    reply_to: str = "",
    words: TestWords | None = None,
) -> ProbeResult:
    """Connect, sign in and send one test mail: a greeting from this server, or `words`."""
    return send_through(
        SmtpChannel(settings), sender=sender, to=to, now=now, sender_name=sender_name, reply_to=reply_to, words=words
    )


def send_through(
    channel: Channel,
    *,
    sender: str,
    to: str,
    now: dt.datetime,
    sender_name: str = "",
    reply_to: str = "",
    words: TestWords | None = None,
) -> ProbeResult:
    """One test mail over a channel that is not open yet, which is closed after it."""
    message = OutgoingMessage(
        id=0,
        organization_id=0,
        customer_id=0,
        recipient=to,
        recipient_name="",
        sender=sender,
        sender_name=sender_name,
        reply_to=reply_to,
        subject=words.subject if words else "Test from Dunwell",
        body_text=words.text if words else _BODY.format(server=channel.server),
        body_html=words.html if words else "",
        rfc_message_id=f"<test-{secrets.token_hex(12)}@{sender.rpartition('@')[2]}>",
        attempts=0,
        date=now,
    )
    try:
        channel.open()
        answer = channel.transmit(message)
    except ServerUnavailableError as error:
        return ProbeResult(accepted=False, words=str(error))
    finally:
        channel.close()
    return ProbeResult(accepted=answer.result is Result.ACCEPTED, words=answer.detail)
