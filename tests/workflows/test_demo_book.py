"""The demo's book: the same every time, in the proportions of a real one, and whole in the ledger."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import Sum

from dunwell.ledger.models import CreditNote, Customer, Hold, Invoice, Payment
from dunwell.organizations.models import Organization
from dunwell.workflows.demo.book import DemoBook, invent_book
from dunwell.workflows.demo.people import Habit
from dunwell.workflows.demo.write import write_book

TODAY = dt.date(2026, 3, 18)


@pytest.fixture(scope="module")
def book() -> DemoBook:
    return invent_book(today=TODAY)


def test_the_same_seed_and_day_give_the_same_book(book: DemoBook) -> None:
    assert invent_book(today=TODAY) == book
    assert invent_book(today=TODAY, seed=7) != book


def test_it_has_the_size_and_the_mix_that_were_asked_for(book: DemoBook) -> None:
    assert len(book.customers) == 240
    assert {invoice.currency for invoice in book.invoices} == {"EUR", "GBP", "USD"}
    assert {invoice.customer.terms_days for invoice in book.invoices} == {7, 15, 30}
    days = [invoice.issued_on for invoice in book.invoices]
    assert max(days) <= TODAY
    assert 23 * 30 < (TODAY - min(days)).days < 24 * 31
    habits = Counter(customer.habit for customer in book.customers)
    regularly_late = habits[Habit.REGULARLY_LATE] + habits[Habit.VERY_LATE] + habits[Habit.NEVER]
    assert 0.25 <= regularly_late / 240 <= 0.35
    assert habits[Habit.NEVER] >= 3


def test_every_kind_of_trouble_is_in_it(book: DemoBook) -> None:
    invoices = book.invoices
    assert any(0 < invoice.balance() < invoice.total for invoice in invoices)
    assert any(invoice.voided_on for invoice in invoices)
    assert any(invoice.written_off_on for invoice in invoices)
    assert any(credit.applied < credit.total for invoice in invoices for credit in invoice.credits)
    assert any(payment.amount > payment.applied > 0 for invoice in invoices for payment in invoice.payments)
    assert any(
        payment.succeeded_on is None and payment.failed_on is None
        for invoice in invoices
        for payment in invoice.payments
    )
    assert {hold.reason for hold in book.holds} >= {"dispute", "promise", "manual", "legal", "insolvency"}
    assert sum(not any(contact.email for contact in customer.contacts) for customer in book.customers) == 5


def test_no_address_could_reach_anybody(book: DemoBook) -> None:
    addresses = [contact.email for customer in book.customers for contact in customer.contacts if contact.email]
    assert all(address.endswith(".example") for address in addresses)
    assert all(address.isascii() for address in addresses)


def test_nothing_is_dated_after_its_day(book: DemoBook) -> None:
    for invoice in book.invoices:
        assert all(payment.initiated_on <= TODAY for payment in invoice.payments)
        assert all(credit.issued_on <= TODAY for credit in invoice.credits)
        assert invoice.balance() >= 0


def test_the_ledger_agrees_with_the_book(book: DemoBook, organization: Organization) -> None:
    write_book(organization=organization, book=book)
    assert Customer.objects.filter(organization=organization).count() == 240
    assert Hold.objects.filter(organization=organization).count() == len(book.holds)
    stored = dict(Invoice.objects.filter(organization=organization).values_list("number", "balance"))
    assert stored == {invoice.number: invoice.balance() for invoice in book.invoices}
    unapplied = sum(
        (
            Decimal(model.objects.filter(organization=organization).aggregate(sum=Sum("unapplied"))["sum"] or 0)
            for model in (Payment, CreditNote)
        ),
        Decimal(0),
    )
    in_book = Decimal(0)
    for invoice in book.invoices:
        in_book += sum(credit.total - credit.applied for credit in invoice.credits)
        in_book += sum(payment.amount - payment.applied for payment in invoice.payments if payment.succeeded_on)
    assert unapplied == in_book
