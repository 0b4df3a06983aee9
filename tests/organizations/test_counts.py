"""Counts stop where pages stop telling them apart."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dunwell.ledger.models import Customer, Invoice
from dunwell.organizations import counts
from dunwell.organizations.models import Organization
from tests import worlds


@pytest.fixture
def customers(organization: Organization) -> list[Customer]:
    found = [worlds.make_customer(organization, f"Customer {number}") for number in range(5)]
    for customer in found[:2]:
        worlds.make_invoice(customer, currency="EUR")
        worlds.make_invoice(customer, currency="EUR")
    worlds.make_invoice(found[0], currency="USD")
    return found


def test_one_above_the_most_is_enough(customers: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    assert counts.count(Customer.objects.all()) == 5
    monkeypatch.setattr(counts, "MOST_COUNTED", 3)
    assert counts.count(Customer.objects.all()) == 4


def test_several_questions_are_one_statement(organization: Organization, customers: list[Customer]) -> None:
    invoices = Invoice.objects.filter(organization=organization)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        by_currency = counts.counts_by(organization, invoices, "currency", ["EUR", "USD", "GBP"])
        of_customers = counts.counts_by(organization, invoices, "currency", ["EUR", "USD", "GBP"], of="customer")
    assert by_currency == {"EUR": 4, "USD": 1}
    assert list(by_currency) == ["EUR", "USD"], "the most first, and none where there is nothing"
    assert of_customers == {"EUR": 2, "USD": 1}
    assert len(queries) == 2
    assert counts.counts(organization, {}) == {}
