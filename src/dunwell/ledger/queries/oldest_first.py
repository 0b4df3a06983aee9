"""How the money of many payments or credit notes settles what their customers owe: the oldest due date first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from django.db.models import F

from dunwell.ledger.models import CreditNote, Invoice, Payment, PaymentStatus
from dunwell.organizations.models import Organization
from dunwell.rules.settling import Debt, oldest_first
from dunwell.rules.settling import Money as Source

Money = Literal["payments", "arriving", "arrived", "credit notes"]


class Part(NamedTuple):
    """So much of one payment or credit note for one invoice.

    `settles` is whether the invoice is paid up by all parts together, `left` what stays of the source after all of its.
    """

    source_id: int
    invoice_id: int
    amount: Decimal
    issued_on: dt.date
    currency: str
    settles: bool
    left: Decimal


def used_oldest_first(organization: Organization, money: Money, ids: Sequence[int], on: dt.date) -> list[Part]:
    """What these would settle if they were used on a day. Nothing is written.

    What came in after `on`, and what meets no open invoice of its customer and currency, has no part. `arriving` are
    payments on their way, as if they were there; `arrived` those that have just come in: both pay the invoice they
    were meant for before any other. Two questions to the database, however many there are.
    """
    sources = _sources(organization, money, ids, on)
    open_ones = Invoice.objects.filter(
        organization=organization,
        customer__in={customer for customer, _ in (source.account for source in sources)},
        settled_on=None,
        is_draft=False,
        balance__gt=0,
    ).only("customer", "currency", "due_on", "issued_on", "balance")
    invoices = {invoice.pk: invoice for invoice in open_ones}
    debts = [Debt(one.pk, (one.customer_id, one.currency), one.balance, one.due_on) for one in invoices.values()]
    parts = oldest_first(sources, debts)
    left = {source.id: source.amount for source in sources}
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for (source_id, invoice_id), amount in parts.items():
        left[source_id] -= amount
        paid[invoice_id] += amount
    found = []
    for (source_id, invoice_id), amount in sorted(parts.items()):
        invoice = invoices[invoice_id]
        settles = paid[invoice_id] == invoice.balance
        found.append(Part(source_id, invoice_id, amount, invoice.issued_on, invoice.currency, settles, left[source_id]))
    return found


def _sources(organization: Organization, money: Money, ids: Sequence[int], on: dt.date) -> list[Source]:
    if money == "credit notes":
        notes = CreditNote.objects.filter(organization=organization, pk__in=ids, unapplied__gt=0, issued_on__lte=on)
        found = notes.values_list("pk", "customer", "currency", "unapplied", "issued_on")
        return [Source(pk, (customer, currency), amount, day) for pk, customer, currency, amount, day in found]
    payments = Payment.objects.filter(organization=organization, pk__in=ids)
    if money == "arriving":
        payments = payments.filter(status=PaymentStatus.PENDING, initiated_on__lte=on).annotate(usable=F("amount"))
    else:
        payments = payments.filter(unapplied__gt=0, succeeded_on__lte=on).annotate(usable=F("unapplied"))
    meant = money != "payments"
    return [
        Source(pk, (customer, currency), usable, began_on, meant_for if meant else None)
        for pk, customer, currency, usable, began_on, meant_for in payments.values_list(
            "pk", "customer", "currency", "usable", "initiated_on" if meant else "succeeded_on", "intended_invoice"
        )
    ]
