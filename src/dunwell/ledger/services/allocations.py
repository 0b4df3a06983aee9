"""Which invoices a payment or credit note reaches: proposed oldest first, decided by a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.ledger.models import Allocation, CreditNote, Invoice, Payment
from dunwell.ledger.services.amounts import not_later, payable
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

ZERO = Decimal(0)


def open_invoices(organization: Organization, customer_id: int, currency: str) -> list[Invoice]:
    """What a customer's money in this currency can reach, the oldest due date first."""
    return list(
        Invoice.objects.filter(
            organization=organization,
            customer_id=customer_id,
            currency=currency,
            settled_on__isnull=True,
            is_draft=False,
            balance__gt=0,
        ).order_by("due_on", "pk")
    )


def proposal(invoices: Iterable[Invoice], amount: Decimal, *, first: int | None = None) -> dict[int, Decimal]:
    """How `amount` settles these invoices in their order; the invoice `first` comes before all others."""
    ordered = sorted(invoices, key=lambda invoice: invoice.pk != first)
    parts: dict[int, Decimal] = {}
    for invoice in ordered:
        part = min(amount, invoice.balance)
        if part > 0:
            parts[invoice.pk] = part
            amount -= part
    return parts


def apply_parts(
    source: Payment | CreditNote, parts: Mapping[int, Decimal], *, on: dt.date, as_of: dt.date
) -> list[Allocation]:
    """Write the parts of a locked source; an invoice issued later is reached from its issue date.

    Raises ValidationError with the field `invoice_<id>` where one invoice is in the way.
    """
    wanted = {pk: amount for pk, amount in parts.items() if amount != 0}
    begins = source.issued_on if isinstance(source, CreditNote) else source.succeeded_on
    if begins is None or source.unapplied <= 0:
        raise ValidationError("Nothing is left of it to apply.")
    not_later(on, as_of, field="on")
    if on < begins:
        raise ValidationError({"on": "It came in after that day."})
    # Locked in one order, so that two people who apply at once wait for each other instead of failing
    invoices = {
        invoice.pk: invoice
        for invoice in Invoice.objects.select_for_update(no_key=True)
        .filter(organization=source.organization_id, pk__in=wanted)
        .order_by("pk")
    }
    if sum(wanted.values(), ZERO) > source.unapplied:
        raise ValidationError("That is more than is left to apply.")
    entries = []
    for pk, amount in wanted.items():
        field = f"invoice_{pk}"
        invoice = invoices.get(pk)
        if invoice is None or invoice.customer_id != source.customer_id:
            raise ValidationError({field: "This is no invoice of the same customer."})
        if invoice.currency != source.currency:
            raise ValidationError({field: f"This invoice is in {invoice.currency}, not in {source.currency}."})
        payable(amount, source.currency, field=field)
        if invoice.is_draft or amount > invoice.balance:
            raise ValidationError({field: "That is more than is open of this invoice."})
        entries.append(
            Allocation(
                organization_id=source.organization_id,
                invoice=invoice,
                amount=amount,
                effective_on=max(on, invoice.issued_on),
                payment=source if isinstance(source, Payment) else None,
                credit_note=source if isinstance(source, CreditNote) else None,
            )
        )
    return Allocation.objects.bulk_create(entries)


@transaction.atomic
def allocate_payment(
    *,
    organization: Organization,
    payment_id: int,
    parts: Mapping[int, Decimal],
    on: dt.date,
    by: User,
    as_of: dt.date,
) -> list[Allocation]:
    """Apply what is left of a payment to invoices of the same customer and currency."""
    payment = locked(Payment, organization, payment_id)
    with recorded(user=by.pk, action="allocate payment"), in_words():
        return apply_parts(payment, parts, on=on, as_of=as_of)


@transaction.atomic
def allocate_credit_note(
    *,
    organization: Organization,
    credit_note_id: int,
    parts: Mapping[int, Decimal],
    on: dt.date,
    by: User,
    as_of: dt.date,
) -> list[Allocation]:
    """Apply what is left of a credit note to invoices of the same customer and currency."""
    credit_note = locked(CreditNote, organization, credit_note_id)
    with recorded(user=by.pk, action="allocate credit note"), in_words():
        return apply_parts(credit_note, parts, on=on, as_of=as_of)


@transaction.atomic
def take_back(*, organization: Organization, allocation_id: int, on: dt.date, by: User) -> Allocation:
    """From `on` the invoice is owed again and the money is unapplied; never before the day it was applied."""
    entry = Allocation.objects.filter(organization=organization, pk=allocation_id).first()
    if entry is None:
        raise ValidationError("This entry is not in the book any more. Nothing was changed.")
    locked(Invoice, organization, entry.invoice_id)
    entry.refresh_from_db()
    if entry.reversed_on is not None:
        raise ValidationError("This entry has been taken back already.")
    entry.reversed_on = max(on, entry.effective_on)
    with recorded(user=by.pk, action="take back allocation"), in_words():
        entry.save(update_fields=["reversed_on"])
    return entry
