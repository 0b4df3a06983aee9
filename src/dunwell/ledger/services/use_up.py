"""Many payments or credit notes at once: used for what their customers owe, or come in at last.

What is used, and for which invoice, is decided by one rule (`rules/settling.py`), which a preview asks too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Literal

from django.db import transaction

from dunwell.ledger.models import Allocation, CreditNote, Invoice, Payment, PaymentStatus
from dunwell.ledger.queries.oldest_first import Money, Part, used_oldest_first
from dunwell.ledger.services.amounts import not_later
from dunwell.ledger.services.refusals import in_words
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

Usable = Literal["payments", "credit notes"]


@transaction.atomic
def use_up(
    *,
    organization: Organization,
    money: Usable,
    ids: Collection[int],
    on: dt.date,
    by: User,
    as_of: dt.date,
) -> list[Part]:
    """Use what is left of these; what meets no open invoice stays as it is. Raises ValidationError."""
    not_later(on, as_of, field="on")
    _lock(Payment if money == "payments" else CreditNote, organization, ids)
    with recorded(user=by.pk, action=f"use up {money}"), in_words():
        return _use(organization, money, list(ids), on)


@transaction.atomic
def payments_arrived(
    *,
    organization: Organization,
    payment_ids: Collection[int],
    on: dt.date,
    by: User,
    as_of: dt.date,
    now: dt.datetime,
) -> list[int]:
    """These payments on their way came in on a day, and are used: first for the invoice each was meant for.

    The ids of those that did; who is not on its way any more, or began after that day, is left as it is. Raises
    ValidationError.
    """
    not_later(on, as_of, field="on")
    _lock(Payment, organization, payment_ids)
    coming = Payment.objects.filter(
        organization=organization, pk__in=list(payment_ids), status=PaymentStatus.PENDING, initiated_on__lte=on
    )
    ids = list(coming.order_by("pk").values_list("pk", flat=True))
    with recorded(user=by.pk, action="payments arrived"), in_words():
        Payment.objects.filter(organization=organization, pk__in=ids).update(succeeded_on=on, updated_at=now)
        _use(organization, "arrived", ids, on)
    return ids


def _lock(model: type[Payment | CreditNote], organization: Organization, ids: Collection[int]) -> None:
    """Nobody else uses these, nor pays what their customers owe, until the end of the transaction.

    Each kind in the order of its ids: two people who do this at once wait for each other instead of failing.
    """
    sources = model._default_manager.filter(organization=organization, pk__in=list(ids))  # noqa: SLF001
    customers = {customer for _, customer in sources.select_for_update().order_by("pk").values_list("pk", "customer")}
    owed = Invoice.objects.filter(organization=organization, customer__in=customers, settled_on=None, balance__gt=0)
    list(owed.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _use(organization: Organization, money: Money, ids: Sequence[int], on: dt.date) -> list[Part]:
    parts = used_oldest_first(organization, money, ids, on)
    key = "credit_note_id" if money == "credit notes" else "payment_id"
    Allocation.objects.bulk_create(
        Allocation(
            organization_id=organization.pk,
            invoice_id=part.invoice_id,
            amount=part.amount,
            effective_on=max(on, part.issued_on),
            **{key: part.source_id},
        )
        for part in parts
    )
    return parts
