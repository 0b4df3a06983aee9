"""A test mail through an organization's mail server or provider, while a person waits for the answer."""

from __future__ import annotations

import datetime as dt

from dunwell.messaging.channels.email import ProbeResult, TestWords, send_through, while_somebody_waits
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.services import outbox
from dunwell.organizations.models import Organization
from dunwell.workflows.sender import sender_of
from dunwell.workflows.wake import wake_dispatch


def send_test_mail(
    organization: Organization,
    *,
    to: str,
    now: dt.datetime,
    words: TestWords | None = None,
    sender_id: int | None = None,
) -> ProbeResult:
    """Connect, sign in and send one mail, as reminders are sent. A server that takes it is tried again at once.

    `words` tries a text out; without them the mail greets. `sender_id` is one of its further senders.

    Raises ServerUnavailableError when no server or no sender's address is set.
    """
    sender = sender_of(organization).named(sender_id)
    if not sender.address:
        raise ServerUnavailableError("There is no sender's address yet: enter one and save.")
    result = send_through(
        while_somebody_waits(organization.pk),
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
