"""The outbox in lists, and what happened to one message."""

from __future__ import annotations

from django.db.models import QuerySet

from dunwell.followup.models import NoticeMessage
from dunwell.messaging.models import Message, MessageEvent, MessageFile
from dunwell.organizations.scope import Scope


def messages(scope: Scope) -> QuerySet[Message]:
    """All messages, without the bodies."""
    return scope.rows(Message).defer("body_html", "body_text")


def message(scope: Scope, message_id: int) -> Message | None:
    return scope.rows(Message).filter(pk=message_id).select_related("customer").first()


def notice_of(scope: Scope, message: Message) -> NoticeMessage | None:
    """The notice that a message carries; nothing for a message of another kind."""
    link = scope.rows(NoticeMessage).filter(message=message)
    return link.select_related("notice", "notice__step").first()


def files(scope: Scope, message: Message) -> list[MessageFile]:
    """What went along, without the bytes."""
    entries = scope.rows(MessageFile).filter(message=message)
    return list(entries.select_related("file").defer("file__content").order_by("position"))


def events(scope: Scope, message: Message) -> list[MessageEvent]:
    found = MessageEvent.objects.filter(organization=scope.organization, message=message)
    return list(found.select_related("user").order_by("at", "pk"))
