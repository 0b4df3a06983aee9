"""The IBM book as of a day, side by side with a script over the CSV that knows nothing of Dunwell."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import shipped_mapping
from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.imports.services import import_file
from dunwell.ledger.models import Customer, Hold, Invoice
from dunwell.organizations.models import Organization
from tests import worlds
from tests.ledger.imports.books import tally

FOLDER = Path(__file__).parents[4] / "shared/data/ibm_accounts_receivable"
FILES = sorted(FOLDER.glob("*.csv"))
DAYS = [dt.date(2012, 3, 1), dt.date(2012, 9, 15), dt.date(2013, 1, 31), dt.date(2013, 7, 1), dt.date(2013, 11, 30)]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FILES, reason=f"the IBM book is not at {FOLDER}"),
]


def by_script(as_of: dt.date) -> dict[str, tuple[str, dt.date, Decimal]]:
    """Open invoices: number → customer, due date, amount."""

    def day(text: str) -> dt.date:
        month, day, year = text.split("/")
        return dt.date(int(year), int(month), int(day))

    with FILES[0].open(newline="") as file:
        return {
            row["invoiceNumber"]: (row["customerID"], day(row["DueDate"]), Decimal(row["InvoiceAmount"]))
            for row in csv.DictReader(file)
            if day(row["InvoiceDate"]) <= as_of < day(row["SettledDate"])
        }


def in_the_book(organization: Organization, as_of: dt.date) -> dict[str, tuple[str, dt.date, Decimal]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT invoice.number, customer.number, item.due_on, item.balance FROM ledger_open_items(%s, %s) AS item "
            "JOIN ledger_invoice AS invoice ON invoice.id = item.invoice_id "
            "JOIN ledger_customer AS customer ON customer.id = item.customer_id",
            (organization.pk, as_of),
        )
        return {number: (customer, due_on, balance) for number, customer, due_on, balance in cursor.fetchall()}


def overdue(items: dict[str, tuple[str, dt.date, Decimal]], as_of: dt.date) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for customer, due_on, amount in items.values():
        if due_on < as_of:
            amounts[customer] += amount
    return amounts


def bring_ibm(organization: Organization, as_of: dt.date) -> ImportReport:
    inspection = inspect(look_at(FILES[0]), mapping=shipped_mapping("ibm-ar"), base_currency="USD")
    return import_file(organization=organization, inspection=inspection, as_of=as_of, now=worlds.NOW)


@pytest.fixture
def ibm(db: None) -> Organization:
    return worlds.make_organization("ibm", base_currency="USD")


@pytest.mark.parametrize("as_of", DAYS)
def test_the_book_as_of_a_day_is_what_the_script_says(ibm: Organization, as_of: dt.date) -> None:
    report = bring_ibm(ibm, as_of)
    expected = by_script(as_of)
    assert report.refused == 0
    assert in_the_book(ibm, as_of) == expected
    assert overdue(in_the_book(ibm, as_of), as_of) == overdue(expected, as_of)
    # what is open now, by the maintained figures, is the same: nothing later is known
    open_now = Invoice.objects.filter(organization=ibm, settled_on=None)
    assert set(open_now.values_list("number", flat=True)) == set(expected)


def test_the_whole_history_gives_the_same_for_every_day(ibm: Organization) -> None:
    bring_ibm(ibm, worlds.TODAY)
    for as_of in DAYS:
        assert in_the_book(ibm, as_of) == by_script(as_of)
    assert (Customer.objects.count(), Invoice.objects.count()) == (100, 2466)
    assert set(Customer.objects.values_list("country", flat=True)) == {""}


def test_day_by_day_and_all_at_once_agree(ibm: Organization) -> None:
    for as_of in DAYS:
        bring_ibm(ibm, as_of)
        assert in_the_book(ibm, as_of) == by_script(as_of)
    for as_of in DAYS:
        assert in_the_book(ibm, as_of) == by_script(as_of)
    for hold in Hold.objects.select_related("invoice"):
        assert hold.invoice is not None
        assert hold.starts_on == hold.invoice.due_on
        assert hold.ends_on == hold.invoice.settled_on


def test_the_same_file_again_changes_nothing(ibm: Organization) -> None:
    first = bring_ibm(ibm, DAYS[3])
    again = bring_ibm(ibm, DAYS[3])
    assert again.customers.as_json() == tally(unchanged=first.customers.created)
    assert again.invoices.as_json() == tally(unchanged=first.invoices.created)
    assert again.payments.as_json() == tally(unchanged=first.payments.created)
    assert again.holds.as_json() == tally(unchanged=first.holds.created)
