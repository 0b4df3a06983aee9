"""What happens next with a customer or an invoice, by which policy and why, for their pages."""

from __future__ import annotations

from typing import Any

from dunwell.followup.queries.next_action import NextAction, next_action
from dunwell.insights.customers import next_actions
from dunwell.ledger.models import Customer, Invoice
from dunwell.web.access import Desk


def of_invoice(desk: Desk, invoice: Invoice) -> NextAction | None:
    """None for an invoice of which nothing is open."""
    if invoice.is_draft or invoice.balance <= 0:
        return None
    return next_action(desk.organization, invoice, desk.today)


def of_customer(desk: Desk, customer: Customer) -> dict[str, Any]:
    """The next live step of what the customer owes; without one, what is ahead of the invoice that is due next.

    Two invoices at the most are looked at, however many are open.
    """
    live = next_actions(desk.scope, [customer.pk]).get(customer.pk)
    open_ones = Invoice.objects.filter(organization=desk.organization, customer=customer, balance__gt=0, is_draft=False)
    open_ones = open_ones.select_related("customer")
    if live is not None:
        invoice = open_ones.filter(pk=live.invoice_id).first()
    else:
        due_next = open_ones.filter(due_on__gte=desk.today).order_by("due_on", "pk").first()
        invoice = due_next or open_ones.order_by("-due_on", "-pk").first()
    return {"next": next_action(desk.organization, invoice, desk.today) if invoice is not None else None}
