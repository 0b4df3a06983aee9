"""Invoices in lists, and what happened to one."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from dunwell.followup.models import Action, NoticeItem
from dunwell.insights.search import invoices_matching
from dunwell.ledger.models import Allocation, Hold, Invoice, InvoiceStatus, WriteOff
from dunwell.organizations.scope import Scope
from dunwell.rules.aging import BUCKETS

OPEN = "open"
OVERDUE = "overdue"
NOT_DUE = "not_due"
STATES = (OPEN, OVERDUE, NOT_DUE, "all", *(s.value for s in InvoiceStatus if s.value != "open"))


def invoice_list(
    scope: Scope,
    as_of: dt.date,
    *,
    state: str = OPEN,
    age: str = "",
    currency: str = "",
    search: str = "",
) -> QuerySet[Invoice]:
    """Invoices in a state (open: with something left to pay), of an age bucket on `as_of`, in a currency."""
    invoices = scope.rows(Invoice).select_related("customer")
    if state in {OPEN, OVERDUE, NOT_DUE} or age:
        invoices = invoices.filter(settled_on__isnull=True, is_draft=False, balance__gt=0)
    if state == OVERDUE:
        invoices = invoices.filter(due_on__lt=as_of)
    elif state == NOT_DUE:
        invoices = invoices.filter(due_on__gte=as_of)
    elif state in InvoiceStatus.values and state != OPEN:
        invoices = invoices.filter(status=state)
    if currency:
        invoices = invoices.filter(currency=currency)
    return invoices_matching(scope, search, _of_age(invoices, age, as_of))


def _of_age(invoices: QuerySet[Invoice], age: str, as_of: dt.date) -> QuerySet[Invoice]:
    chosen = next((bucket for bucket in BUCKETS if bucket.name == age), None)
    if chosen is None:
        return invoices
    if chosen.first_day is not None:
        invoices = invoices.filter(due_on__lte=as_of - dt.timedelta(days=chosen.first_day))
    if chosen.last_day is not None:
        invoices = invoices.filter(due_on__gte=as_of - dt.timedelta(days=chosen.last_day))
    return invoices


def invoices_of_customer(scope: Scope, customer_id: int) -> QuerySet[Invoice]:
    """Open invoices of one customer, the oldest due date first."""
    return (
        scope.rows(Invoice)
        .filter(customer_id=customer_id, settled_on__isnull=True, balance__gt=0, is_draft=False)
        .order_by("due_on", "pk")
    )


def invoice(scope: Scope, invoice_id: int) -> Invoice | None:
    return scope.rows(Invoice).filter(pk=invoice_id).select_related("customer").first()


def allocations(scope: Scope, invoice: Invoice) -> list[Allocation]:
    """What reached the invoice, reversed entries included, oldest first."""
    entries = scope.rows(Allocation).filter(invoice=invoice)
    return list(entries.select_related("payment", "credit_note").order_by("effective_on", "pk"))


def write_offs(scope: Scope, invoice: Invoice) -> list[WriteOff]:
    return list(scope.rows(WriteOff).filter(invoice=invoice).order_by("pk"))


def actions(scope: Scope, invoice: Invoice) -> list[Action]:
    """Every step that came due for the invoice, and what became of it."""
    entries = scope.rows(Action).filter(invoice=invoice)
    return list(entries.select_related("step", "notice").order_by("offset_days", "pk"))


def notice_items(scope: Scope, invoice: Invoice) -> list[NoticeItem]:
    """The notices the invoice was in, newest first."""
    entries = scope.rows(NoticeItem).filter(invoice=invoice)
    return list(entries.select_related("notice", "step").order_by("-notice__as_of", "-pk"))


def holds(scope: Scope, invoice: Invoice) -> list[Hold]:
    """Holds on the invoice itself, past ones included, newest first."""
    return list(scope.rows(Hold).filter(invoice=invoice).order_by("-starts_on", "-pk"))
