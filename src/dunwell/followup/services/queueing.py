"""Queueing notices that were written while sending was off, once it is on."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Count, Min

from dunwell.followup.models import Notice, NoticeItem, NoticeMessage, NoticeState
from dunwell.followup.services.handover import new_message, queue_notices
from dunwell.followup.services.passes import Pass, lock
from dunwell.followup.services.texts import Sender
from dunwell.followup.sql import statement

BATCH = 500


def queue_ready(this: Pass, sender: Sender) -> int:
    """Queue the composed notices whose day has not passed. The guard checks each again before it goes."""
    if not this.settings.may_send:
        return 0
    queued = 0
    while True:
        with transaction.atomic():
            lock(this.organization)
            notices = list(
                # Locked: a person may be changing one of them, who takes no pass's turn
                Notice.objects.select_for_update()
                .filter(organization=this.organization, state=NoticeState.COMPOSED, as_of__gte=this.as_of)
                .order_by("id")[:BATCH]
            )
            if not notices:
                return queued
            queued += queue(notices, sender)


def queue(notices: list[Notice], sender: Sender) -> int:
    """Queue these notices, which the caller has locked, in the caller's transaction; those not sent or called back."""
    with connection.cursor() as cursor:
        cursor.execute(statement("queue_notices"), {"notices": [notice.pk for notice in notices]})
        queued = {pk for (pk,) in cursor.fetchall()}
    notices = [notice for notice in notices if notice.pk in queued]
    earlier = dict(
        NoticeMessage.objects.filter(notice__in=notices).values_list("notice_id").annotate(Count("id")).order_by()
    )
    oldest = dict(
        NoticeItem.objects.filter(notice__in=notices)
        .values_list("notice_id")
        .annotate(Min("invoice__due_on"))
        .order_by()
    )
    queue_notices(
        [
            new_message(
                organization_id=notice.organization_id,
                sender=sender,
                notice=notice,
                owed_since=oldest.get(notice.pk),
                attempt=earlier.get(notice.pk, 0),
            )
            for notice in notices
        ]
    )
    return len(notices)
