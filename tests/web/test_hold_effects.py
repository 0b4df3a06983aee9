"""The card of a hold says what it keeps from going."""

from __future__ import annotations

from django.test import Client

from tests import worlds
from tests.web.conftest import Desk, run


def test_customer_and_invoice_show_what_waits_for_the_hold(desk: Desk, owner: Client) -> None:
    worlds.make_hold(desk.customer, starts_on=desk.today)
    run(desk.organization)
    for page in (f"customers/{desk.customer.pk}/", f"invoices/{desk.invoice.pk}/"):
        content = owner.get(desk.url(page)).content
        assert b"Waits for it:" in content
