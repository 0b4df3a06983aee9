"""Writes to payments by hand: record, say what became of one on its way, reverse, refund."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from dunwell.ledger.models import Allocation, Customer, Invoice, Payment, PaymentStatus
from dunwell.ledger.services.allocations import apply_parts
from dunwell.ledger.services.amounts import known_currency, not_later, payable
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded


@transaction.atomic
def record_payment(
    *,
    organization: Organization,
    customer_id: int,
    amount: Decimal,
    currency: str,
    on: dt.date,
    by: User,
    as_of: dt.date,
    reference: str = "",
    method: str = "",
    pending: bool = False,
    intended_invoice_id: int | None = None,
    parts: Mapping[int, Decimal] | None = None,
) -> Payment:
    """Money that came in on a day and what it settles (`parts`: invoice → amount), or money said to be on its way.

    Without a reference it gets one. What is not applied stays as the customer's credit. A pending payment holds its
    intended invoice for a few days and settles nothing.
    """
    customer = locked(Customer, organization, customer_id)
    code = known_currency(currency)
    payable(amount, code)
    not_later(on, as_of, field="on")
    if intended_invoice_id is not None:
        locked(Invoice, organization, intended_invoice_id)
    with recorded(user=by.pk, action="record payment"), in_words():
        payment = Payment.objects.create(
            organization=organization,
            customer=customer,
            reference=reference.strip() or f"P-{on:%Y%m%d}-{secrets.token_hex(3)}",
            currency=code,
            amount=amount,
            initiated_on=on,
            succeeded_on=None if pending else on,
            intended_invoice_id=intended_invoice_id,
            method=method.strip(),
        )
        if parts and any(parts.values()) and not pending:
            payment.refresh_from_db()
            apply_parts(payment, parts, on=on, as_of=as_of)
    payment.refresh_from_db()
    return payment


@transaction.atomic
def payment_arrived(
    *,
    organization: Organization,
    payment_id: int,
    on: dt.date,
    by: User,
    as_of: dt.date,
    parts: Mapping[int, Decimal] | None = None,
) -> Payment:
    """A payment on its way has come in; it is applied as `parts` say, the rest is credit."""
    payment = locked(Payment, organization, payment_id)
    if payment.status != "pending":
        raise ValidationError("This payment is not on its way any more.")
    not_later(on, as_of, field="on")
    if on < payment.initiated_on:
        raise ValidationError({"on": "It was begun after that day."})
    payment.succeeded_on = on
    with recorded(user=by.pk, action="payment arrived"), in_words():
        payment.save(update_fields=["succeeded_on", "updated_at"])
        payment.refresh_from_db()
        if parts and any(parts.values()):
            apply_parts(payment, parts, on=on, as_of=as_of)
    payment.refresh_from_db()
    return payment


def _end(payment: Payment, *, on: dt.date, as_of: dt.date, now: dt.datetime, reason: str, field: str) -> None:
    """The money is gone from `on`: what it had settled is owed again."""
    if payment.is_opening:
        raise ValidationError("This stands for what was paid before the book began; correct it by an import.")
    begins = payment.succeeded_on or payment.initiated_on
    if payment.status not in {"pending", "succeeded"}:
        raise ValidationError(f"This payment is {PaymentStatus(payment.status).label.lower()} already.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why; the history keeps it."})
    not_later(on, as_of, field="on")
    if on < begins:
        raise ValidationError({"on": "It came in after that day." if payment.succeeded_on else "It was begun later."})
    Allocation.objects.filter(organization=payment.organization_id, payment=payment, reversed_on=None).update(
        reversed_on=Greatest(F("effective_on"), on)
    )
    Payment.objects.filter(pk=payment.pk).update(**{field: on}, end_reason=reason.strip()[:300], updated_at=now)


@transaction.atomic
def reverse_payment(
    *, organization: Organization, payment_id: int, on: dt.date, reason: str, by: User, as_of: dt.date, now: dt.datetime
) -> None:
    """The bank took it back, or it never arrived: it counts no more from `on`, and its invoices are owed again."""
    payment = locked(Payment, organization, payment_id)
    with recorded(user=by.pk, action="reverse payment"), in_words():
        _end(payment, on=on, as_of=as_of, now=now, reason=reason, field="failed_on")


@transaction.atomic
def refund_payment(
    *, organization: Organization, payment_id: int, on: dt.date, reason: str, by: User, as_of: dt.date, now: dt.datetime
) -> None:
    """The whole payment went back to the customer on a day; its invoices are owed again from then."""
    payment = locked(Payment, organization, payment_id)
    if payment.succeeded_on is None:
        raise ValidationError("Only money that came in can be refunded; say that it did not arrive instead.")
    with recorded(user=by.pk, action="refund payment"), in_words():
        _end(payment, on=on, as_of=as_of, now=now, reason=reason, field="refunded_on")
