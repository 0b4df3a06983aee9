"""What the pages of a customer and of an invoice show of entries by hand."""

from __future__ import annotations

from typing import Any

from dunwell.insights.holds import with_effects
from dunwell.insights.invoices import holds
from dunwell.ledger.models import CreditNote, Customer, Document, DueDateExtension, Invoice, Note, Payment
from dunwell.web.access import Desk

MOST = 50


def of_customer(desk: Desk, customer: Customer) -> dict[str, Any]:
    """Unused credit, documents, and drafts."""
    payments = desk.scope.rows(Payment).filter(customer=customer, unapplied__gt=0).order_by("succeeded_on", "pk")
    notes = desk.scope.rows(CreditNote).filter(customer=customer, unapplied__gt=0).order_by("issued_on", "pk")
    documents = desk.scope.rows(Document).filter(customer=customer).select_related("invoice", "added_by")
    drafts = desk.scope.rows(Invoice).filter(customer=customer, is_draft=True, voided_on=None).order_by("-pk")
    return {
        "credit": [
            *(("payment", payment) for payment in payments[:MOST]),
            *(("credit_note", note) for note in notes[:MOST]),
        ],
        "documents": list(documents.order_by("-added_at", "-pk")[:MOST]),
        "documents_url": desk.url("web:customer_document_add", customer.pk),
        "drafts": list(drafts[:MOST]),
    }


def of_invoice(desk: Desk, invoice: Invoice) -> dict[str, Any]:
    """Holds that stand and those that are over, notes, documents, extensions."""
    every = with_effects(desk.scope, holds(desk.scope, invoice), desk.today)
    over = [hold for hold in every if hold.released_on or (hold.ends_on is not None and hold.ends_on <= desk.today)]
    notes = desk.scope.rows(Note).filter(invoice=invoice).select_related("author")
    documents = desk.scope.rows(Document).filter(invoice=invoice).select_related("invoice", "added_by")
    extensions = desk.scope.rows(DueDateExtension).filter(invoice=invoice).select_related("created_by")
    return {
        "holds": [hold for hold in every if hold not in over],
        "past_holds": over,
        "notes": list(notes.order_by("-happened_at", "-pk")[:MOST]),
        "documents": list(documents.order_by("-added_at", "-pk")[:MOST]),
        "documents_url": desk.url("web:invoice_document_add", invoice.pk),
        "extensions": list(extensions.order_by("-pk")),
    }
