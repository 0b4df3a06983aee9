"""The card of a hold says what it keeps from going."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.ledger.models import Invoice
from tests import worlds
from tests.invariants import DAY
from tests.web.conftest import Desk, late_customer, run


def test_customer_and_invoice_show_what_waits_for_the_hold(desk: Desk, owner: Client) -> None:
    customer = late_customer(desk.organization, "Waits & Sees")
    invoice = Invoice.objects.filter(customer=customer)[0]
    worlds.make_hold(customer, invoice=invoice, starts_on=desk.today)
    run(desk.organization)
    for page in (f"customers/{customer.pk}/", f"invoices/{invoice.pk}/"):
        content = owner.get(desk.url(page)).content
        assert b"Waits for it:" in content


def test_the_pages_ask_the_same_of_the_database_for_one_hold_and_for_many(desk: Desk, owner: Client) -> None:
    customer = late_customer(desk.organization, "Held & Held Again")
    invoice = Invoice.objects.filter(customer=customer)[0]
    run(desk.organization)
    asked = []
    for more in (1, 4):
        for _ in range(more):
            worlds.make_hold(customer, invoice=invoice, amount=1, starts_on=desk.today)
            worlds.make_hold(customer, starts_on=desk.today)
            worlds.make_hold(customer, invoice=invoice, starts_on=desk.today - DAY, ends_on=desk.today)
        counts = []
        for page in (f"customers/{customer.pk}/", f"invoices/{invoice.pk}/"):
            with CaptureQueriesContext(connection) as queries:
                assert owner.get(desk.url(page)).content.count(b"on hold:") >= more
            counts.append(len(queries))
        asked.append(counts)
    assert asked[0] == asked[1]
