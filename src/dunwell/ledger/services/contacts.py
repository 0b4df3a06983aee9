"""Writes to the people at a customer."""

from __future__ import annotations

import datetime as dt

import pghistory
from django.db.models import Q

from dunwell.ledger.models import Contact


def refuse_address(*, organization_id: int, customer_id: int, email: str, now: dt.datetime) -> int:
    """A mail server said that this address does not exist: it is not used until a person confirms it.

    Returns how many contacts were marked; one that is marked already keeps its time.
    """
    with pghistory.context(user="delivery"):
        return (
            Contact.objects.filter(organization_id=organization_id, customer_id=customer_id)
            .filter(Q(email__iexact=email), email_refused_at__isnull=True)
            .update(email_refused_at=now, updated_at=now)
        )


def confirm_address(*, organization_id: int, contact_id: int, user_id: int, now: dt.datetime) -> int:
    """A person says that a refused address is right after all, or has corrected it: it is used again."""
    with pghistory.context(user=user_id):
        return Contact.objects.filter(
            organization_id=organization_id, id=contact_id, email_refused_at__isnull=False
        ).update(email_refused_at=None, updated_at=now)
