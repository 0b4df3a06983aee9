"""Letters on paper: what waits to be printed, and the piles that were."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet

from dunwell.followup.models import Notice, NoticeMessage, NoticeState
from dunwell.messaging.models import BatchLetter, Message, MessageState, PrintBatch
from dunwell.organizations.scope import Scope

MOST_SHOWN = 50


def waiting_letters(scope: Scope, now: dt.datetime) -> QuerySet[NoticeMessage]:
    """Letters that may be printed now, by customer."""
    due = scope.rows(NoticeMessage).filter(
        message__channel="letter",
        message__state=MessageState.QUEUED,
        message__next_attempt_at__lte=now,
    )
    return (
        due.filter(Q(message__not_after__isnull=True) | Q(message__not_after__gt=now))
        .select_related("notice__customer", "notice__step", "message")
        .order_by("notice__customer__name_key", "pk")
    )


def later_letters(scope: Scope, now: dt.datetime) -> int:
    """How many letters are written for another day."""
    return scope.rows(Message).filter(channel="letter", state=MessageState.QUEUED, next_attempt_at__gt=now).count()


def batches(scope: Scope) -> list[PrintBatch]:
    """The piles, newest first. They hold letters to anybody, so they are for those who see every customer."""
    found = PrintBatch.objects.filter(organization=scope.organization).annotate(
        count=Count("letters"), called_back=Count("letters", filter=Q(letters__called_back_at__isnull=False))
    )
    return list(found.select_related("made_by", "posted_by", "file").defer("file__content")[:MOST_SHOWN])


def batch(scope: Scope, batch_id: int) -> PrintBatch | None:
    found = PrintBatch.objects.filter(organization=scope.organization, pk=batch_id)
    return found.select_related("made_by", "posted_by", "file").defer("file__content").first()


def batch_of(scope: Scope, notice: Notice) -> int | None:
    """The batch in which a notice's letter lies printed and not posted."""
    if notice.state != NoticeState.SENDING:
        return None
    carried = NoticeMessage.objects.filter(notice=notice).values("message")
    printed = BatchLetter.objects.filter(organization=scope.organization, message__in=carried, called_back_at=None)
    return printed.values_list("batch_id", flat=True).first()


def letters(batch: PrintBatch) -> list[BatchLetter]:
    """The letters of a pile in its order, each with its notice."""
    found = list(batch.letters.select_related("message__customer").defer("message__body_html", "message__body_text"))
    links = NoticeMessage.objects.filter(
        organization_id=batch.organization_id, message__in=[letter.message_id for letter in found]
    ).select_related("notice")
    notices = {link.message_id: link.notice for link in links}
    for letter in found:
        letter.notice = notices.get(letter.message_id)  # type: ignore[attr-defined]
    return found
