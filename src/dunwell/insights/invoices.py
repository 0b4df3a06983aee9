"""Invoices in lists, and what happened to one."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from dunwell.followup.models import Action, NoticeItem
from dunwell.ledger.models import Allocation, Hold, Invoice, InvoiceStatus, WriteOff
from dunwell.organizations.scope import Scope
from dunwell.rules.aging import BUCKETS

OPEN = "open"
OVERDUE = "overdue"
NOT_DUE = "not_due"
STATES = (OPEN, OVERDUE, NOT_DUE, "all", *(s.value for s in InvoiceStatus if s.value != "open"))


def invoices(scope: Scope) -> QuerySet[Invoice]:
    return scope.rows(Invoice)


def in_state(invoices: QuerySet[Invoice], state: str, as_of: dt.date) -> QuerySet[Invoice]:
    """Those in one of STATES (open: with something left to pay); overdue and not yet due are meant on `as_of`."""
    if state in {OPEN, OVERDUE, NOT_DUE}:
        invoices = _open(invoices)
    if state == OVERDUE:
        return invoices.filter(due_on__lt=as_of)
    if state == NOT_DUE:
        return invoices.filter(due_on__gte=as_of)
    if state in InvoiceStatus.values and state != OPEN:
        return invoices.filter(status=state)
    return invoices


def of_age(invoices: QuerySet[Invoice], age: str, as_of: dt.date) -> QuerySet[Invoice]:
    """The open ones of an age bucket on `as_of`."""
    chosen = next(bucket for bucket in BUCKETS if bucket.name == age)
    invoices = _open(invoices)
    if chosen.first_day is not None:
        invoices = invoices.filter(due_on__lte=as_of - dt.timedelta(days=chosen.first_day))
    if chosen.last_day is not None:
        invoices = invoices.filter(due_on__gte=as_of - dt.timedelta(days=chosen.last_day))
    return invoices


def _open(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    return invoices.filter(settled_on__isnull=True, is_draft=False, balance__gt=0)


def held(invoices: QuerySet[Invoice], as_of: dt.date, *, reason: str = "", own_only: bool = False) -> QuerySet[Invoice]:
    """Those with a hold that stands on a day; `own_only` leaves out what is held with its whole customer."""
    standing = Hold.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=as_of),
        Q(invoice=OuterRef("pk")) if own_only else Q(invoice=OuterRef("pk")) | Q(invoice__isnull=True),
        organization=OuterRef("organization"),
        customer=OuterRef("customer"),
        released_on__isnull=True,
        starts_on__lte=as_of,
    )
    return invoices.filter(Exists(standing.filter(reason=reason) if reason else standing))


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
    return list(scope.rows(Hold).filter(invoice=invoice).select_related("invoice").order_by("-starts_on", "-pk"))
