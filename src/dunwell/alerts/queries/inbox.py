"""What one person has been told."""

from __future__ import annotations

from django.db.models import QuerySet

from dunwell.alerts.models import AlertReceipt
from dunwell.organizations.models import Organization

MOST_COUNTED = 100


def receipts(organization: Organization, user_id: int) -> QuerySet[AlertReceipt]:
    """Newest first, each with its alert and customer."""
    told = AlertReceipt.objects.filter(organization=organization, user_id=user_id)
    return told.select_related("alert__customer").order_by("-id")


def unread_count(organization: Organization, user_id: int) -> int:
    """How many are unread; counted to a hundred, which a badge shows as 99+."""
    unread = AlertReceipt.objects.filter(organization=organization, user_id=user_id, read_at=None)
    return unread[:MOST_COUNTED].count()


def newer_than(organization: Organization, user_id: int, last_id: int) -> list[AlertReceipt]:
    """What came after the receipt `last_id`, oldest first; at most ten."""
    return list(receipts(organization, user_id).filter(pk__gt=last_id).order_by("id")[:10])


def newest_id(organization: Organization, user_id: int) -> int:
    found = receipts(organization, user_id).values_list("pk", flat=True).first()
    return found or 0
