"""The card of a hold says what it keeps from going."""

from __future__ import annotations

from django.test import Client

from dunwell.ledger.models import Invoice
from tests import worlds
from tests.web.conftest import Desk, late_customer, run


def test_customer_and_invoice_show_what_waits_for_the_hold(desk: Desk, owner: Client) -> None:
    customer = late_customer(desk.organization, "Waits & Sees")
    invoice = Invoice.objects.filter(customer=customer)[0]
    worlds.make_hold(customer, invoice=invoice, starts_on=desk.today)
    run(desk.organization)
    for page in (f"customers/{customer.pk}/", f"invoices/{invoice.pk}/"):
        content = owner.get(desk.url(page)).content
        assert b"Waits for it:" in content
