"""The book as of any day is what the dated entries say, and the future changes no past figure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.ledger.models import Allocation, CreditNote, Payment, WriteOff
from dunwell.organizations.models import Organization
from tests import worlds
from tests.ledger.drawn import WITH_DATABASE, undone

pytestmark = pytest.mark.django_db
START = dt.date(2026, 1, 5)
DAYS = 20
ZERO = Decimal(0)


def day(number: int) -> dt.date:
    return START + number * dt.timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """A dated part of an invoice: a payment's, a credit note's, or written off (`source` None)."""

    invoice: int
    source: int | None
    amount: Decimal
    on: int
    reversed_on: int | None

    def stands(self, at: int) -> bool:
        return self.on <= at and (self.reversed_on is None or self.reversed_on > at)


@dataclass(frozen=True)
class Source:
    """A payment or a credit note; `ended` is the day it failed, was refunded or voided."""

    customer: int
    currency: str
    amount: Decimal
    is_payment: bool
    on: int
    ended: int | None
    ends_by: str


@dataclass(frozen=True)
class Bill:
    customer: int
    currency: str
    total: Decimal
    issued: int
    voided: int | None
    is_draft: bool


@dataclass(frozen=True)
class History:
    """Facts of two customers over `DAYS` days, drawn so that the database must accept them."""

    bills: tuple[Bill, ...]
    sources: tuple[Source, ...]
    entries: tuple[Entry, ...] = field(default=())

    def open_items(self, at: int) -> dict[int, Decimal]:
        """Invoice → balance of what is open on a day, naively."""
        items = {}
        for key, bill in enumerate(self.bills):
            left = bill.total - sum(
                (entry.amount for entry in self.entries if entry.invoice == key and entry.stands(at)), ZERO
            )
            if (
                not bill.is_draft
                and bill.issued <= at
                and not (bill.voided is not None and bill.voided <= at)
                and left > 0
            ):
                items[key] = left
        return items

    def credit(self, at: int) -> dict[tuple[int, str], Decimal]:
        """(customer, currency) → unapplied credit on a day, naively."""
        sums: dict[tuple[int, str], Decimal] = {}
        for key, source in enumerate(self.sources):
            if source.on <= at and not (source.ended is not None and source.ended <= at):
                used = sum((entry.amount for entry in self.entries if entry.source == key and entry.stands(at)), ZERO)
                if source.amount > used:
                    place = (source.customer, source.currency)
                    sums[place] = sums.get(place, ZERO) + source.amount - used
        return sums

    def until(self, at: int) -> History:
        """The facts known on a day, when nothing later had happened."""
        return History(
            bills=tuple(
                replace(bill, voided=bill.voided if bill.voided is not None and bill.voided <= at else None)
                for bill in self.bills
            ),
            sources=tuple(
                replace(source, ended=source.ended if source.ended is not None and source.ended <= at else None)
                for source in self.sources
            ),
            entries=tuple(
                replace(
                    entry,
                    reversed_on=entry.reversed_on
                    if entry.reversed_on is not None and entry.reversed_on <= at
                    else None,
                )
                for entry in self.entries
                if entry.on <= at
            ),
        )


numbers = st.integers(0, DAYS)
some_amount = st.integers(1, 60).map(Decimal)


@st.composite
def histories(draw: st.DrawFn) -> History:
    bills = draw(
        st.lists(
            st.builds(
                Bill,
                customer=st.integers(0, 1),
                currency=st.sampled_from(["EUR", "EUR", "USD"]),
                total=st.integers(0, 90).map(Decimal),
                issued=numbers,
                voided=st.none() | st.none() | numbers,
                is_draft=st.sampled_from([False] * 6 + [True]),
            ),
            min_size=1,
            max_size=5,
        )
    )
    sources = draw(
        st.lists(
            st.builds(
                Source,
                customer=st.integers(0, 1),
                currency=st.sampled_from(["EUR", "EUR", "USD"]),
                amount=some_amount,
                is_payment=st.booleans(),
                on=numbers,
                ended=st.none() | st.none() | numbers,
                ends_by=st.sampled_from(["failed_on", "refunded_on"]),
            ),
            max_size=5,
        )
    )
    entries: list[Entry] = []
    for _ in range(draw(st.integers(0, 10))):
        invoice = draw(st.integers(0, len(bills) - 1))
        source = draw(st.none() | st.integers(0, len(sources) - 1)) if sources else None
        ended = None if source is None else sources[source].ended
        on = draw(numbers if ended is None else st.integers(0, ended))
        reversed_on = draw(st.none() | st.integers(on, DAYS))
        if ended is not None:  # what failed, was refunded or voided is taken off the invoices by that day
            reversed_on = ended if reversed_on is None else min(reversed_on, ended)
        entry = Entry(invoice, source, draw(some_amount), on, reversed_on)
        if _fits(bills, sources, [*entries, entry]):
            entries.append(entry)
    return History(tuple(bills), tuple(sources), tuple(entries))


def _fits(bills: list[Bill], sources: list[Source], entries: list[Entry]) -> bool:
    """Whether standing entries exceed neither invoices nor sources, as the constraints demand."""
    standing = [entry for entry in entries if entry.reversed_on is None]
    return all(
        sum((entry.amount for entry in standing if entry.invoice == key), ZERO) <= bill.total
        for key, bill in enumerate(bills)
    ) and all(
        sum((entry.amount for entry in standing if entry.source == key), ZERO) <= source.amount
        for key, source in enumerate(sources)
    )


class Written:
    """A history in the database, and the answers of the two functions in the history's own terms."""

    def __init__(self, organization: Organization, history: History) -> None:
        self.organization = organization
        self.customers = [worlds.make_customer(organization) for _ in range(2)]
        self.invoices = [
            worlds.make_invoice(
                self.customers[bill.customer],
                total=bill.total,
                currency=bill.currency,
                issued_on=day(bill.issued),
                due_on=day(bill.issued + 10),
                voided_on=None if bill.voided is None else day(bill.voided),
                is_draft=bill.is_draft,
            )
            for bill in history.bills
        ]
        self.sources = [self._source(source) for source in history.sources]
        allocations, write_offs = [], []
        for entry in history.entries:
            reversed_on = None if entry.reversed_on is None else day(entry.reversed_on)
            common = {"organization": organization, "invoice": self.invoices[entry.invoice], "amount": entry.amount}
            if entry.source is None:
                write_offs.append(WriteOff(**common, written_off_on=day(entry.on), reversed_on=reversed_on))
                continue
            kind = "payment" if history.sources[entry.source].is_payment else "credit_note"
            source = self.sources[entry.source]
            allocations.append(
                Allocation(**common, effective_on=day(entry.on), reversed_on=reversed_on, **{kind: source})
            )
        Allocation.objects.bulk_create(allocations)
        WriteOff.objects.bulk_create(write_offs)

    def _source(self, source: Source) -> Payment | CreditNote:
        customer, ended = self.customers[source.customer], None if source.ended is None else day(source.ended)
        on, currency = day(source.on), source.currency
        if source.is_payment:
            ending: dict[str, Any] = {source.ends_by: ended}
            return worlds.make_payment(customer, source.amount, on=on, currency=currency, **ending)
        return worlds.make_credit_note(customer, source.amount, on=on, currency=currency, voided_on=ended)

    def open_items(self, at: int) -> dict[int, Decimal]:
        keys = {invoice.pk: key for key, invoice in enumerate(self.invoices)}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT item.*, invoice.customer_id, invoice.currency, invoice.due_on, invoice.total"
                "  FROM ledger_open_items(%s, %s) AS item"
                "  JOIN ledger_invoice AS invoice ON invoice.id = item.invoice_id",
                [self.organization.pk, day(at)],
            )
            rows = cursor.fetchall()
        assert len({row[0] for row in rows}) == len(rows), "an invoice is listed once"
        for row in rows:
            assert (row[1], row[2], row[4], row[5]) == row[7:]
        return {keys[row[0]]: row[6] for row in rows}

    def credit(self, at: int) -> dict[tuple[int, str], Decimal]:
        keys = {customer.pk: key for key, customer in enumerate(self.customers)}
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_unapplied_credit(%s, %s)", [self.organization.pk, day(at)])
            return {(keys[customer], currency): amount for customer, currency, amount in cursor.fetchall()}


@settings(WITH_DATABASE, max_examples=60)
@given(history=histories())
def test_the_book_as_of_any_day_is_what_the_entries_say(organization: Organization, history: History) -> None:
    with undone():
        written = Written(organization, history)
        for at in range(-1, DAYS + 2):
            assert written.open_items(at) == history.open_items(at), f"day {at}"
            assert written.credit(at) == history.credit(at), f"day {at}"


@settings(WITH_DATABASE, max_examples=40)
@given(history=histories(), at=numbers)
def test_the_past_does_not_change_when_the_future_arrives(
    organization: Organization, history: History, at: int
) -> None:
    """What a book that ends on a day says of that day is what the later book says of it."""
    known = history.until(at)
    assert known.open_items(at) == history.open_items(at)
    if not _fits(list(known.bills), list(known.sources), list(known.entries)):
        return  # later reversals made room on paper that was not there on that day
    with undone():
        before = Written(organization, known)
        said = before.open_items(at), before.credit(at)
    with undone():
        after = Written(organization, history)
        assert (after.open_items(at), after.credit(at)) == said


def test_a_payment_that_bounced_and_came_again(organization: Organization) -> None:
    """100 paid on day 2, taken back on day 5, paid again on day 9."""
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, total=100, issued_on=day(0), due_on=day(10))
    first = worlds.make_payment(customer, 100, on=day(2), towards=invoice)
    first.allocations.update(reversed_on=day(5))
    Payment.objects.filter(pk=first.pk).update(failed_on=day(5))
    worlds.make_payment(customer, 100, on=day(9), towards=invoice)
    open_on = []
    with connection.cursor() as cursor:
        for at in range(12):
            cursor.execute("SELECT count(*) FROM ledger_open_items(%s, %s)", [customer.organization_id, day(at)])
            open_on += [at] * cursor.fetchone()[0]
    assert open_on == [0, 1, 5, 6, 7, 8]
