"""A test mail through an organization's mail server, while a person waits for the answer."""

from __future__ import annotations

import dataclasses
import datetime as dt

from dunwell.messaging.channels.email import ProbeResult, TestWords, send_test, smtp_settings
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.services import outbox
from dunwell.organizations.models import Organization
from dunwell.workflows.sender import sender_of
from dunwell.workflows.wake import wake_dispatch

# Seconds for each answer, and for the last one: somebody sits in front of the page
PATIENCE = 10.0
LAST_PATIENCE = 20.0


def send_test_mail(
    organization: Organization, *, to: str, now: dt.datetime, words: TestWords | None = None
) -> ProbeResult:
    """Connect, sign in and send one mail, as reminders are sent. A server that takes it is tried again at once.

    `words` tries a text out; without them the mail greets.

    Raises ServerUnavailableError when no server or no sender's address is set.
    """
    sender = sender_of(organization)
    if not sender.address:
        raise ServerUnavailableError("There is no sender's address yet: enter one and save.")
    settings = smtp_settings(organization.pk)
    quick = dataclasses.replace(settings, timeout=min(settings.timeout, PATIENCE), reply_timeout=LAST_PATIENCE)
    result = send_test(
        quick,
        sender=sender.address,
        sender_name=sender.name,
        reply_to=sender.reply_to,
        to=to,
        now=now,
        words=words,
    )
    if result.accepted:
        outbox.resume(organization_id=organization.pk)
        if organization.settings.may_send:
            wake_dispatch(organization)
    return result
