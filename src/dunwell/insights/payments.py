"""Payments and credit notes in lists."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from dunwell.insights.search import customer_ids_matching
from dunwell.ledger.models import Allocation, CreditNote, Payment
from dunwell.organizations.scope import Scope


def payments(scope: Scope) -> QuerySet[Payment]:
    return scope.rows(Payment)


def payments_matching(scope: Scope, payments: QuerySet[Payment], text: str) -> QuerySet[Payment]:
    """Those with exactly this reference, or of a customer that matches."""
    return payments.filter(Q(reference=text) | Q(customer_id__in=customer_ids_matching(scope, text)))


def credit_notes(scope: Scope) -> QuerySet[CreditNote]:
    return scope.rows(CreditNote)


def credit_notes_matching(scope: Scope, notes: QuerySet[CreditNote], text: str) -> QuerySet[CreditNote]:
    """Those with exactly this number, or of a customer that matches."""
    return notes.filter(Q(number=text) | Q(customer_id__in=customer_ids_matching(scope, text)))


def payment(scope: Scope, payment_id: int) -> Payment | None:
    found = payments(scope).filter(pk=payment_id)
    return found.select_related("customer", "intended_invoice").first()


def credit_note(scope: Scope, credit_note_id: int) -> CreditNote | None:
    return credit_notes(scope).filter(pk=credit_note_id).select_related("customer").first()


def reached(scope: Scope, source: Payment | CreditNote) -> list[Allocation]:
    """The invoices that a payment or credit note reached, reversed entries included, oldest first."""
    key = "payment" if isinstance(source, Payment) else "credit_note"
    entries = scope.rows(Allocation).filter(**{key: source})
    return list(entries.select_related("invoice").order_by("effective_on", "pk"))
