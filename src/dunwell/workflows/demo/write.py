"""Writing the demo's book: plain rows in batches; the ledger's triggers keep balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeVar

from django.db import models, transaction

from dunwell.ledger.models import (
    Allocation,
    Contact,
    CreditNote,
    Customer,
    Hold,
    Invoice,
    Payment,
    WriteOff,
)
from dunwell.organizations.models import Organization
from dunwell.organizations.recording import recorded
from dunwell.rules.names import name_key
from dunwell.workflows.demo.book import DemoBook

BATCH = 1000
Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def write_book(*, organization: Organization, book: DemoBook) -> None:
    """Insert everything of the book; the organization's book must be empty."""
    with recorded(user="demo"):
        _Writer(organization, book).write()


class _Writer:
    """One writing: the book's objects become rows, and later rows point to earlier ones."""

    def __init__(self, organization: Organization, book: DemoBook) -> None:
        self.organization = organization
        self.book = book
        self.customers: dict[str, Customer] = {}
        self.invoices: dict[str, Invoice] = {}

    def write(self) -> None:
        self._customers()
        self._invoices()
        self._payments()
        self._credits()
        self._holds()

    def _customers(self) -> None:
        first_seen: dict[str, dt.date] = {}
        for invoice in self.book.invoices:
            first_seen.setdefault(invoice.customer.number, invoice.issued_on)
        any_day = min(first_seen.values())
        rows = _insert(
            Customer(
                organization=self.organization,
                number=customer.number,
                name=customer.name,
                name_key=name_key(customer.name),
                country=customer.region.country,
                time_zone=customer.region.time_zone,
                terms_days=customer.terms_days,
                tags=list(customer.tags),
                known_from=first_seen.get(customer.number, any_day),
            )
            for customer in self.book.customers
        )
        self.customers = {row.number: row for row in rows}
        _insert(
            Contact(
                organization=self.organization,
                customer=self.customers[customer.number],
                name=contact.name,
                role=contact.role,
                email=contact.email,
                phone=contact.phone,
                is_primary=contact.is_primary,
            )
            for customer in self.book.customers
            for contact in customer.contacts
        )

    def _invoices(self) -> None:
        rows = _insert(
            Invoice(
                organization=self.organization,
                customer=self.customers[invoice.customer.number],
                number=invoice.number,
                issued_on=invoice.issued_on,
                due_on=invoice.due_on,
                terms_days=invoice.customer.terms_days,
                currency=invoice.currency,
                total=invoice.total,
                description=invoice.description,
                is_draft=invoice.is_draft,
                voided_on=invoice.voided_on,
                first_known_on=invoice.issued_on,
            )
            for invoice in self.book.invoices
        )
        self.invoices = {row.number: row for row in rows}
        _insert(
            WriteOff(
                organization=self.organization,
                invoice=self.invoices[invoice.number],
                amount=invoice.owed_before_write_off(),
                written_off_on=invoice.written_off_on,
                reason="Not worth pursuing any further.",
            )
            for invoice in self.book.invoices
            if invoice.written_off_on
        )

    def _payments(self) -> None:
        pairs = [(invoice, payment) for invoice in self.book.invoices for payment in invoice.payments]
        rows = _insert(
            Payment(
                organization=self.organization,
                customer=self.customers[invoice.customer.number],
                reference=payment.reference,
                currency=invoice.currency,
                amount=payment.amount,
                initiated_on=payment.initiated_on,
                succeeded_on=payment.succeeded_on,
                failed_on=payment.failed_on,
                intended_invoice=self.invoices[invoice.number],
                method=payment.method,
            )
            for invoice, payment in pairs
        )
        _insert(
            Allocation(
                organization=self.organization,
                invoice=self.invoices[invoice.number],
                payment=row,
                amount=payment.applied,
                effective_on=payment.succeeded_on or payment.initiated_on,
            )
            for (invoice, payment), row in zip(pairs, rows, strict=True)
            if payment.applied > 0
        )

    def _credits(self) -> None:
        pairs = [(invoice, credit) for invoice in self.book.invoices for credit in invoice.credits]
        rows = _insert(
            CreditNote(
                organization=self.organization,
                customer=self.customers[invoice.customer.number],
                number=credit.number,
                issued_on=credit.issued_on,
                currency=invoice.currency,
                total=credit.total,
                description=credit.description,
            )
            for invoice, credit in pairs
        )
        _insert(
            Allocation(
                organization=self.organization,
                invoice=self.invoices[invoice.number],
                credit_note=row,
                amount=credit.applied,
                effective_on=credit.issued_on,
            )
            for (invoice, credit), row in zip(pairs, rows, strict=True)
            if credit.applied > Decimal(0)
        )

    def _holds(self) -> None:
        _insert(
            Hold(
                organization=self.organization,
                customer=self.customers[hold.customer.number],
                invoice=self.invoices[hold.invoice.number] if hold.invoice else None,
                reason=hold.reason,
                starts_on=hold.starts_on,
                ends_on=hold.ends_on,
                note=hold.note,
            )
            for hold in self.book.holds
        )


def _insert(rows: Iterable[Row]) -> list[Row]:
    """One INSERT for every BATCH rows, all of one table."""
    unsaved = list(rows)
    return (
        type(unsaved[0])._default_manager.bulk_create(  # noqa: SLF001 - Django's documented way to any model
            unsaved, batch_size=BATCH
        )
        if unsaved
        else []
    )
