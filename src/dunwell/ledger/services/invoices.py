"""Writes to invoices by hand: add, draft, edit, void, write off."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from dunwell.ledger.models import Allocation, Customer, Invoice, WriteOff
from dunwell.ledger.services.amounts import known_currency, not_later, payable
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked, refuse_if_changed
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

# What says how much is owed and until when; the rest may be changed at any time
FIGURES = ("number", "issued_on", "due_on", "currency", "total")
FIELDS = (*FIGURES, "payment_url", "description")


class InvoiceFixedError(ValidationError):
    """The invoice has been sent or paid: what it asks for changes only by a credit note, or by voiding it."""


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    currency = known_currency(values["currency"])
    number = values["number"].strip()
    if not number:
        raise ValidationError({"number": "An invoice needs a number."})
    if values["due_on"] < values["issued_on"]:
        raise ValidationError({"due_on": "The due date lies before the issue date."})
    total = payable(values["total"], currency, field="total")
    return {**values, "number": number, "currency": currency, "total": total}


@transaction.atomic
def add_invoice(
    *,
    organization: Organization,
    customer_id: int,
    by: User,
    as_of: dt.date,
    is_draft: bool = False,
    **values: Any,
) -> Invoice:
    """An invoice kept by hand, or a draft that is not owed yet. Takes FIELDS; raises ValidationError by field."""
    customer = locked(Customer, organization, customer_id)
    if customer.archived_at is not None:
        raise ValidationError(f"{customer.name} is archived. Bring the customer back first.")
    checked = _checked(values)
    if not is_draft:
        not_later(checked["issued_on"], as_of, field="issued_on")
    with recorded(user=by.pk, action="add invoice"), in_words():
        invoice = Invoice.objects.create(
            organization=organization,
            customer=customer,
            is_draft=is_draft,
            first_known_on=as_of,
            terms_days=(checked["due_on"] - checked["issued_on"]).days,
            **checked,
        )
        _known_from(invoice)
    invoice.refresh_from_db()
    return invoice


def _known_from(invoice: Invoice) -> None:
    """A customer is part of the book from its first invoice on: replay starts there."""
    Customer.objects.filter(pk=invoice.customer_id, known_from__gt=invoice.issued_on).update(
        known_from=invoice.issued_on, updated_at=F("updated_at")
    )


def why_fixed(invoice: Invoice, *, was_sent: bool) -> str:
    """Why the figures of an invoice stand, in a sentence; empty where they may be changed."""
    then = "What it asks for changes only by a credit note, or by voiding it and writing a new one."
    if invoice.voided_on is not None:
        return "This invoice is void and stays as it was."
    if invoice.allocations.filter(organization=invoice.organization_id).exists():
        return f"Something has been paid or credited on this invoice. {then}"
    if invoice.write_offs.filter(organization=invoice.organization_id).exists():
        return f"A part of this invoice was written off. {then}"
    if was_sent:
        return f"The customer has had a reminder of this invoice. {then}"
    return ""


@transaction.atomic
def edit_invoice(
    *,
    organization: Organization,
    invoice_id: int,
    by: User,
    as_of: dt.date,
    was_sent: bool,
    version: int | None = None,
    **values: Any,
) -> Invoice:
    """Change an invoice. Once it was sent or paid only its description and payment page; InvoiceFixedError else.

    `was_sent`: whether the customer has had a notice about it, which the ledger does not know.
    """
    invoice = locked(Invoice, organization, invoice_id)
    refuse_if_changed(invoice, version, FIELDS)
    checked = _checked(values)
    reason = why_fixed(invoice, was_sent=was_sent)
    if reason and any(getattr(invoice, name) != checked[name] for name in FIGURES):
        raise InvoiceFixedError(reason)
    if not invoice.is_draft and checked["issued_on"] != invoice.issued_on:
        not_later(checked["issued_on"], as_of, field="issued_on")
    if (invoice.issued_on, invoice.due_on) != (checked["issued_on"], checked["due_on"]):
        invoice.terms_days, invoice.due_is_assumed = (checked["due_on"] - checked["issued_on"]).days, False
    if invoice.currency != checked["currency"]:
        invoice.currency_is_assumed = False
    for name, value in checked.items():
        setattr(invoice, name, value)
    with recorded(user=by.pk, action="edit invoice"), in_words():
        invoice.save()
        _known_from(invoice)
    invoice.refresh_from_db()
    return invoice


@transaction.atomic
def issue_draft(*, organization: Organization, invoice_id: int, by: User, as_of: dt.date) -> Invoice:
    """A draft becomes a debt. Its issue date must have come."""
    invoice = locked(Invoice, organization, invoice_id)
    if not invoice.is_draft:
        raise ValidationError("This invoice is no draft any more.")
    if invoice.issued_on > as_of:
        raise ValidationError("Its issue date is still to come. Change the date, or issue it then.")
    invoice.is_draft, invoice.first_known_on = False, as_of
    with recorded(user=by.pk, action="issue draft"), in_words():
        invoice.save(update_fields=["is_draft", "first_known_on", "updated_at"])
        _known_from(invoice)
    invoice.refresh_from_db()
    return invoice


@transaction.atomic
def delete_draft(*, organization: Organization, invoice_id: int, by: User) -> Invoice:
    """A draft was never owed, so it may go; the history keeps it."""
    invoice = locked(Invoice, organization, invoice_id)
    if not invoice.is_draft:
        raise ValidationError("Only a draft can be deleted. Void the invoice instead.")
    with recorded(user=by.pk, action="delete draft"):
        Invoice.objects.filter(pk=invoice.pk).delete()
    return invoice


@transaction.atomic
def void_invoice(
    *, organization: Organization, invoice_id: int, on: dt.date, reason: str, by: User, as_of: dt.date, now: dt.datetime
) -> Decimal:
    """From `on` the invoice is not owed. What was paid or credited on it becomes unapplied credit: how much that is."""
    invoice = locked(Invoice, organization, invoice_id)
    if invoice.voided_on is not None or invoice.is_draft:
        raise ValidationError("It is void already." if invoice.voided_on else "A draft is not owed yet: delete it.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why; the history keeps it."})
    not_later(on, as_of, field="on")
    if on < invoice.issued_on:
        raise ValidationError({"on": "It was issued after that day."})
    freed = Decimal(invoice.applied)
    with recorded(user=by.pk, action="void invoice"), in_words():
        # Back to the customer first: a void invoice has nothing on it
        Allocation.objects.filter(organization=organization, invoice=invoice, reversed_on=None).update(
            reversed_on=Greatest(F("effective_on"), on)
        )
        WriteOff.objects.filter(organization=organization, invoice=invoice, reversed_on=None).update(
            reversed_on=Greatest(F("written_off_on"), on)
        )
        Invoice.objects.filter(pk=invoice.pk).update(voided_on=on, void_reason=reason.strip()[:300], updated_at=now)
    return freed


@transaction.atomic
def write_off(
    *, organization: Organization, invoice_id: int, amount: Decimal, on: dt.date, reason: str, by: User, as_of: dt.date
) -> WriteOff:
    """Give up a part of a debt, or all of it, on a day."""
    invoice = locked(Invoice, organization, invoice_id)
    if invoice.is_draft or invoice.balance <= 0:
        raise ValidationError("Nothing is open of this invoice.")
    payable(amount, invoice.currency)
    if amount > invoice.balance:
        raise ValidationError({"amount": "That is more than is open of this invoice."})
    not_later(on, as_of, field="on")
    if on < invoice.issued_on:
        raise ValidationError({"on": "It was issued after that day."})
    with recorded(user=by.pk, action="write off"), in_words():
        return WriteOff.objects.create(
            organization=organization, invoice=invoice, amount=amount, written_off_on=on, reason=reason.strip()[:300]
        )


@transaction.atomic
def reverse_write_off(*, organization: Organization, write_off_id: int, on: dt.date, by: User) -> WriteOff:
    """The debt stands again from that day, or from the day of the write-off where that is later."""
    entry = WriteOff.objects.select_for_update().filter(organization=organization, pk=write_off_id).first()
    if entry is None or entry.reversed_on is not None:
        raise ValidationError("This write-off does not stand any more.")
    invoice = locked(Invoice, organization, entry.invoice_id)
    if invoice.voided_on is not None:
        raise ValidationError("The invoice is void.")
    entry.reversed_on = max(on, entry.written_off_on)
    with recorded(user=by.pk, action="reverse write-off"), in_words():
        entry.save(update_fields=["reversed_on"])
    return entry
