"""What customers answered, and what it was an answer to."""

from __future__ import annotations

from django.db.models import QuerySet

from dunwell.messaging.models import Message, Reply
from dunwell.organizations.scope import Scope


def replies(scope: Scope) -> QuerySet[Reply]:
    """The replies that may be seen; those of nobody in the book by whoever sees every customer."""
    return scope.rows(Reply)


def open_replies(scope: Scope) -> QuerySet[Reply]:
    """Those that nobody has dealt with."""
    return replies(scope).filter(dealt_with_at=None)


def answered_message(scope: Scope, reply: Reply) -> Message | None:
    """The last message to the number before the reply came: what it answers, in all likelihood."""
    if reply.customer_id is None:
        return None
    to_them = scope.rows(Message).filter(customer=reply.customer_id, channel=reply.channel, recipient=reply.sender)
    return to_them.filter(finished_at__lte=reply.received_at).order_by("-finished_at", "-pk").first()
