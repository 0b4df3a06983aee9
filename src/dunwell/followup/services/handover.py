"""From notices to the outbox: the message of each, and which notice it carries."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import Notice
from dunwell.followup.services.passes import execute
from dunwell.followup.services.texts import Sender
from dunwell.messaging.services.outbox import NewMessage, enqueue
from dunwell.organizations.links import preferences_url
from dunwell.rules.channels import Channel


def new_message(
    *, organization_id: int, sender: Sender, notice: Notice, owed_since: dt.date | None, attempt: int = 0
) -> tuple[int, NewMessage]:
    """The notice's message, queued for its window; the key lets no notice be queued twice.

    `owed_since` is the earliest due date it speaks of. `attempt` counts the messages that were taken back before,
    when a person changed the notice.
    """
    sender = sender.named(notice.sender_id)
    by_mail = notice.channel == Channel.EMAIL
    return notice.pk, NewMessage(
        organization_id=organization_id,
        customer_id=notice.customer_id,
        key=f"notice-{notice.pk}-{attempt}",
        channel=notice.channel,
        recipient=notice.recipient,
        recipient_name=notice.recipient_name,
        sender=sender.address_on(notice.channel),
        sender_name=sender.name,
        reply_to=sender.reply_to,
        preferences_url=preferences_url(notice.contact_id) if by_mail else "",
        copies=notice.copies,
        subject=notice.subject,
        body_text=notice.body_text,
        body_html=notice.body_html,
        not_before=notice.opens_at,
        not_after=notice.closes_at,
        owed_since=owed_since,
    )


def queue_notices(messages: list[tuple[int, NewMessage]]) -> None:
    """Put messages into the outbox and remember which notice each carries."""
    if not messages:
        return
    ids = enqueue([message for _, message in messages])
    execute(
        "link_messages",
        {
            "organization": messages[0][1].organization_id,
            "notices": [notice for notice, _ in messages],
            "messages": ids,
        },
    )
