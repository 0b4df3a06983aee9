"""Which message a notice goes by."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from dunwell.followup.models import Notice, NoticeMessage


def last_deliveries(notices: QuerySet[Notice]) -> QuerySet[NoticeMessage]:
    """The latest delivery of each of these notices; an earlier one of the same notice says nothing any more."""
    later = NoticeMessage.objects.filter(notice=OuterRef("notice"), pk__gt=OuterRef("pk"))
    return NoticeMessage.objects.filter(~Exists(later), notice__in=notices)
