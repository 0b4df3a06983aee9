"""One row for a page: in the organization, and among what this person may see; else the page does not exist."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model
from django.http import Http404

from dunwell.insights import customers, invoices
from dunwell.ledger.models import Customer, Invoice
from dunwell.web.access import Desk

Row = TypeVar("Row", bound=Model)


def customer_or_404(desk: Desk, customer_id: int) -> Customer:
    found = customers.customer(desk.scope, customer_id)
    if found is None:
        raise Http404
    return found


def invoice_or_404(desk: Desk, invoice_id: int) -> Invoice:
    found = invoices.invoice(desk.scope, invoice_id)
    if found is None:
        raise Http404
    return found


def row_or_404(desk: Desk, model: type[Row], pk: int, *related: str) -> Row:
    """A row of any table that is about customers, with the related rows its page names."""
    found = desk.scope.rows(model).filter(pk=pk).select_related(*related).first()
    if found is None:
        raise Http404
    return found
