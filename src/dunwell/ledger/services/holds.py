"""Writes to holds by hand: stop chasing a customer, an invoice or a part of one; release; change the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.ledger.models import Customer, Hold, HoldReason, Invoice
from dunwell.ledger.services.amounts import payable
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded


def _checked(reason: str, starts_on: dt.date, ends_on: dt.date | None, as_of: dt.date) -> None:
    if reason not in HoldReason.values:
        raise ValidationError({"reason": "Choose a reason."})
    if ends_on is not None and ends_on <= max(starts_on, as_of):
        raise ValidationError({"ends_on": "Name a day that is still to come, after the day it starts."})


@transaction.atomic
def hold_customers(
    *,
    organization: Organization,
    customer_ids: Collection[int],
    reason: str,
    starts_on: dt.date,
    ends_on: dt.date | None,
    note: str,
    by: User,
    as_of: dt.date,
) -> list[Hold]:
    """Stop chasing these customers altogether; those of another organization are left out."""
    _checked(reason, starts_on, ends_on, as_of)
    own = Customer.objects.filter(organization=organization, pk__in=list(customer_ids)).order_by("pk")
    holds = [
        Hold(
            organization=organization,
            customer_id=pk,
            reason=reason,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note.strip(),
            created_by=by,
        )
        for pk in own.values_list("pk", flat=True)
    ]
    with recorded(user=by.pk, action="hold"), in_words():
        return Hold.objects.bulk_create(holds, batch_size=1000)


@transaction.atomic
def hold_invoices(
    *,
    organization: Organization,
    invoice_ids: Collection[int],
    reason: str,
    starts_on: dt.date,
    ends_on: dt.date | None,
    note: str,
    by: User,
    as_of: dt.date,
    amount: Decimal | None = None,
) -> list[Hold]:
    """Stop chasing these invoices; of a single one also only a part (`amount`). Settled ones are left out."""
    _checked(reason, starts_on, ends_on, as_of)
    own = list(
        Invoice.objects.filter(organization=organization, pk__in=list(invoice_ids), balance__gt=0, is_draft=False)
        .order_by("pk")
        .only("pk", "customer_id", "currency", "balance")
    )
    if amount is not None:
        if len(own) != 1:
            raise ValidationError({"amount": "A part can be held of one open invoice only."})
        payable(amount, own[0].currency)
        if amount > own[0].balance:
            raise ValidationError({"amount": "That is more than is open of this invoice."})
    holds = [
        Hold(
            organization=organization,
            customer_id=invoice.customer_id,
            invoice=invoice,
            amount=amount if amount is not None and amount < invoice.balance else None,
            reason=reason,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note.strip(),
            created_by=by,
        )
        for invoice in own
    ]
    with recorded(user=by.pk, action="hold"), in_words():
        return Hold.objects.bulk_create(holds, batch_size=1000)


@transaction.atomic
def release_holds(
    *, organization: Organization, hold_ids: Collection[int], by: User, as_of: dt.date, now: dt.datetime
) -> int:
    """Chasing goes on from today; how many holds stood until now."""
    with recorded(user=by.pk, action="release hold"):
        return Hold.objects.filter(organization=organization, pk__in=list(hold_ids), released_on=None).update(
            released_on=as_of, updated_at=now
        )


@transaction.atomic
def release_customers(
    *, organization: Organization, customer_ids: Collection[int], by: User, as_of: dt.date, now: dt.datetime
) -> int:
    """End every standing hold on these customers, those on their invoices included; how many stood until now."""
    with recorded(user=by.pk, action="release hold"):
        return Hold.objects.filter(
            organization=organization, customer_id__in=list(customer_ids), released_on=None
        ).update(released_on=as_of, updated_at=now)


@transaction.atomic
def change_hold(
    *, organization: Organization, hold_id: int, ends_on: dt.date | None, note: str, by: User, as_of: dt.date
) -> Hold:
    """Another end, or none, and another note, for a hold that stands or is still to come.

    One that is over keeps its end: what happened since happened without it.
    """
    hold = locked(Hold, organization, hold_id)
    if hold.released_on is not None:
        raise ValidationError("This hold was released already; place a new one.")
    if hold.ends_on is not None and hold.ends_on <= as_of and ends_on != hold.ends_on:
        raise ValidationError(f"This hold ended on {hold.ends_on:%Y-%m-%d}, and chasing went on; place a new one.")
    if ends_on != hold.ends_on:
        _checked(hold.reason, hold.starts_on, ends_on, as_of)
    hold.ends_on, hold.note = ends_on, note.strip()
    with recorded(user=by.pk, action="change hold"), in_words():
        hold.save(update_fields=["ends_on", "note", "updated_at"])
    return hold
