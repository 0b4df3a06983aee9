"""What a file leaves in the book: customers, contacts, invoices, payments, credit notes, holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dunwell.ledger.models import Allocation, Contact, CreditNote, Customer, DataSource, Hold, Invoice, Payment
from dunwell.ledger.services.extensions import extend_due_date
from dunwell.ledger.services.phones import look_at_phones
from dunwell.organizations.models import Organization
from tests import worlds
from tests.ledger.imports.books import Bring, balances, reasons, tally

pytestmark = pytest.mark.django_db

HEAD = "Customer No,Customer,E-mail,Invoice,Invoice date,Due date,Currency,Total,Paid"
BOOK = f"""{HEAD}
7,Acme Ltd,pay@acme.example,A-1,2026-01-10,2026-02-09,EUR,100.00,0.00
7,Acme Ltd,pay@acme.example,A-2,2026-02-10,2026-03-12,EUR,200.00,50.00
8,Émile & Sons,emile@sons.example,A-3,2026-02-20,2026-03-22,USD,300.00,300.00
"""


def test_a_new_book(organization: Organization, bring: Bring) -> None:
    report = bring(BOOK)
    assert report.customers.as_json() == tally(created=2)
    assert report.invoices.as_json() == tally(created=3)
    assert report.payments.as_json() == tally(created=2)
    assert (report.refused, report.errors_file) == (0, None)
    assert balances(organization) == {"A-1": 100, "A-2": 150, "A-3": 0}
    emile = Customer.objects.get(number="8")
    assert (emile.name, emile.name_key, emile.known_from) == ("Émile & Sons", "emile & sons", dt.date(2026, 2, 20))
    assert Contact.objects.get(customer=emile, is_primary=True).email == "emile@sons.example"
    assert emile.source == DataSource.objects.get(organization=organization)
    second = Invoice.objects.get(number="A-2")
    assert (second.status, second.applied, second.last_entry_on) == ("partially_paid", Decimal(50), second.issued_on)
    assert (second.first_known_on, second.due_is_assumed, second.currency_is_assumed) == (worlds.TODAY, False, False)
    opening = Payment.objects.get(reference="opening:A-2")
    assert (opening.is_opening, opening.amount, opening.allocated, opening.status) == (
        True,
        Decimal(50),
        Decimal(50),
        "succeeded",
    )


def test_the_same_file_again_changes_nothing(organization: Organization, bring: Bring) -> None:
    bring(BOOK)
    events = Invoice.pgh_event_model.objects.count()  # type: ignore[attr-defined]
    touched = list(Customer.objects.values_list("id", "updated_at"))
    report = bring(BOOK)
    assert report.customers.as_json() == tally(unchanged=2)
    assert report.invoices.as_json() == tally(unchanged=3)
    assert report.payments.as_json() == tally(unchanged=2)
    assert Invoice.pgh_event_model.objects.count() == events  # type: ignore[attr-defined]
    assert list(Customer.objects.values_list("id", "updated_at")) == touched


def test_a_dry_run_says_the_same_and_keeps_nothing(organization: Organization, bring: Bring) -> None:
    planned = bring(BOOK, dry_run=True)
    assert not Invoice.objects.exists()
    assert not DataSource.objects.exists()
    done = bring(BOOK)
    for name in ("customers", "invoices", "payments", "refused"):
        assert planned.as_json()[name] == done.as_json()[name]


def test_a_corrected_file_updates(organization: Organization, bring: Bring) -> None:
    bring(BOOK)
    corrected = BOOK.replace("pay@acme.example", "billing@acme.example").replace(
        "2026-03-12,EUR,200.00", "2026-03-20,EUR,210.00"
    )
    report = bring(corrected)
    assert report.invoices.as_json() == tally(updated=1, unchanged=2)
    second = Invoice.objects.get(number="A-2")
    assert (second.due_on, second.total, second.balance) == (dt.date(2026, 3, 20), Decimal(210), Decimal(160))
    assert Contact.objects.get(customer__number="7").email == "billing@acme.example"


def test_more_paid_is_a_payment_on_the_files_day(organization: Organization, bring: Bring) -> None:
    bring(BOOK, as_of=dt.date(2026, 3, 10))
    report = bring(BOOK.replace("200.00,50.00", "200.00,120.00"), as_of=dt.date(2026, 3, 16))
    assert report.payments.as_json() == tally(created=1, unchanged=1)
    assert report.invoices.as_json() == tally(updated=1, unchanged=2)
    payment = Payment.objects.get(reference="paid:A-2:2026-03-16")
    assert (payment.amount, payment.succeeded_on, payment.is_opening) == (Decimal(70), dt.date(2026, 3, 16), False)
    assert balances(organization)["A-2"] == 80
    assert _balance_as_of(organization, "A-2", dt.date(2026, 3, 15)) == 150


def test_less_paid_is_a_reversal_that_leaves_the_past_alone(organization: Organization, bring: Bring) -> None:
    bring(BOOK, as_of=dt.date(2026, 3, 10))
    report = bring(BOOK.replace("200.00,50.00", "200.00,20.00"), as_of=dt.date(2026, 3, 16))
    assert report.payments.as_json() == tally(created=1, updated=1, unchanged=1)
    assert balances(organization)["A-2"] == 180
    assert _balance_as_of(organization, "A-2", dt.date(2026, 3, 15)) == 150
    assert Payment.objects.get(reference="opening:A-2").status == "refunded"
    again = bring(BOOK.replace("200.00,50.00", "200.00,20.00"), as_of=dt.date(2026, 3, 16))
    assert again.invoices.as_json() == tally(unchanged=3)


def test_changes_of_one_day_follow_one_another(organization: Organization, bring: Bring) -> None:
    for paid, balance in (("60.00", 140), ("80.00", 120), ("10.00", 190), ("200.00", 0), ("50.00", 150)):
        bring(BOOK.replace("200.00,50.00", f"200.00,{paid}"))
        assert balances(organization)["A-2"] == balance


def test_an_older_file_does_not_undo_what_is_known_since(organization: Organization, bring: Bring) -> None:
    bring(BOOK, as_of=dt.date(2026, 3, 10))
    bring(BOOK.replace("200.00,50.00", "200.00,120.00"), as_of=dt.date(2026, 3, 16))
    report = bring(BOOK, as_of=dt.date(2026, 3, 11))
    assert report.payments.as_json()["created"] == 0
    assert balances(organization)["A-2"] == 80


def test_a_balance_column_means_the_rest_is_paid(organization: Organization, bring: Bring) -> None:
    bring("Customer,Invoice,Invoice date,Due date,Total,Balance\nAcme,1,2026-01-10,2026-02-09,100.00,40.00\n")
    assert balances(organization) == {"1": 40}


def test_open_amounts_alone_are_totals_when_first_seen(organization: Organization, bring: Bring) -> None:
    head = "Customer,Invoice,Invoice date,Due date,Open amount\nAcme,1,2026-01-10,2026-02-09,"
    bring(head + "100.00\n")
    report = bring(head + "30.00\n")
    invoice = Invoice.objects.get()
    assert (invoice.total, invoice.balance) == (Decimal(100), Decimal(30))
    assert report.payments.as_json() == tally(created=1)


def test_what_was_paid_beyond_the_total_is_credit(organization: Organization, bring: Bring) -> None:
    bring("Customer,Invoice,Invoice date,Due date,Total,Paid\nAcme,1,2026-01-10,2026-02-09,100.00,130.00\n")
    payment = Payment.objects.get()
    assert (payment.amount, payment.allocated, payment.unapplied) == (Decimal(130), Decimal(100), Decimal(30))
    assert balances(organization) == {"1": 0}


def test_due_dates_follow_terms_and_are_flagged(organization: Organization, bring: Bring) -> None:
    report = bring(
        "Customer,Customer terms,Invoice,Invoice date,Due date,Terms,Total\n"
        "Acme,14,1,2026-01-10,2026-01-20,,100.00\n"
        "Acme,14,2,2026-01-10,,Net 7,100.00\n"
        "Acme,14,3,2026-01-10,,,100.00\n"
        "Bolt,,4,2026-01-10,,,100.00\n"
    )
    due = dict(Invoice.objects.values_list("number", "due_on"))
    assert due == {
        "1": dt.date(2026, 1, 20), "2": dt.date(2026, 1, 17), "3": dt.date(2026, 1, 24), "4": dt.date(2026, 2, 9),
    }  # fmt: skip
    assert report.due_assumed == 3
    assert set(Invoice.objects.filter(due_is_assumed=True).values_list("number", flat=True)) == {"2", "3", "4"}


def test_rows_without_currency_get_the_organizations(organization: Organization, bring: Bring) -> None:
    report = bring("Customer,Invoice,Invoice date,Due date,Currency,Total\n"
                   "Acme,1,2026-01-10,2026-01-20,,100.00\nAcme,2,2026-01-10,2026-01-20,SEK,100.00\n")  # fmt: skip
    assert report.currency_assumed == 1
    assert dict(Invoice.objects.values_list("number", "currency")) == {"1": "EUR", "2": "SEK"}


def test_negative_totals_are_credit_notes(organization: Organization, bring: Bring) -> None:
    book = (
        "Customer,Invoice,Invoice date,Due date,Total\n"
        "Acme,1,2026-01-10,2026-01-20,100.00\nAcme,C1,2026-01-11,,(30.00)\n"
    )  # fmt: skip
    report = bring(book)
    assert report.credit_notes.as_json() == tally(created=1)
    note = CreditNote.objects.get()
    assert (note.number, note.total, note.unapplied) == ("C1", Decimal(30), Decimal(30))
    assert bring(book).credit_notes.as_json() == tally(unchanged=1)
    assert bring(book.replace("(30.00)", "(20.00)")).credit_notes.as_json() == tally(updated=1)


def test_states_of_invoices(organization: Organization, bring: Bring) -> None:
    rows = [("1", "paid"), ("2", "open"), ("3", "void"), ("4", "draft"), ("5", "written off"), ("6", "Overdue")]
    book = "Customer,Invoice,Invoice date,Due date,Total,Status\n" + "".join(
        f"Acme,{number},2026-01-10,2026-02-09,100.00,{state}\n" for number, state in rows
    )
    bring(book)
    expected = {"1": "paid", "2": "open", "3": "void", "4": "draft", "5": "written_off", "6": "open"}
    assert dict(Invoice.objects.values_list("number", "status")) == expected
    again = bring(book)
    assert again.invoices.as_json() == tally(unchanged=6)
    assert dict(Invoice.objects.values_list("number", "status")) == expected


def test_payment_dates_are_payments_of_their_day(organization: Organization, bring: Bring) -> None:
    head = "Customer,Invoice,Invoice date,Due date,Total,Payment date\nAcme,1,2026-01-10,2026-02-09,100.00,"
    bring(head + "2026-02-20\n")
    assert Invoice.objects.get().settled_on == dt.date(2026, 2, 20)
    corrected = bring(head + "2026-02-25\n")
    assert corrected.payments.as_json() == tally(created=1, updated=1)
    assert Invoice.objects.get().settled_on == dt.date(2026, 2, 25)
    assert _balance_as_of(organization, "1", dt.date(2026, 2, 22)) == 100
    assert bring(head + "2026-02-25\n").payments.as_json() == tally(unchanged=1)
    taken_back = bring(head + "\n")
    assert taken_back.payments.as_json() == tally(updated=1)
    assert balances(organization) == {"1": 100}
    assert _balance_as_of(organization, "1", dt.date(2026, 3, 1)) == 0


def test_what_lies_after_the_files_day_is_not_known_yet(organization: Organization, bring: Bring) -> None:
    book = (
        "Customer,Invoice,Invoice date,Due date,Total,Payment date,Disputed\n"
        "Acme,1,2026-01-10,2026-02-09,100.00,2026-02-20,yes\n"
        "Acme,2,2026-02-18,2026-03-09,100.00,2026-03-10,no\n"
    )
    early = bring(book, as_of=dt.date(2026, 2, 15), disputed_from="due_on")
    assert early.not_yet == 1
    assert balances(organization) == {"1": 100}
    hold = Hold.objects.get()
    assert (hold.starts_on, hold.ends_on) == (dt.date(2026, 2, 9), None)
    late = bring(book, disputed_from="due_on")
    assert late.not_yet == 0
    hold.refresh_from_db()
    assert hold.ends_on == dt.date(2026, 2, 20)
    assert balances(organization) == {"1": 0, "2": 0}
    assert bring(book, as_of=dt.date(2026, 2, 15), disputed_from="due_on").invoices.as_json() == tally(unchanged=1)
    assert balances(organization) == {"1": 0, "2": 0}


def test_a_dispute_rests_from_the_file_that_says_so_until_one_that_does_not(
    organization: Organization, bring: Bring
) -> None:
    head = "Customer,Invoice,Invoice date,Due date,Total,Disputed\nAcme,1,2026-01-10,2026-02-09,100.00,"
    bring(head + "x\n", as_of=dt.date(2026, 3, 2))
    assert bring(head + "x\n", as_of=dt.date(2026, 3, 9)).holds.as_json() == tally(unchanged=1)
    assert Hold.objects.get().starts_on == dt.date(2026, 3, 2)
    bring(head + "\n", as_of=dt.date(2026, 3, 16))
    assert Hold.objects.get().released_on == dt.date(2026, 3, 16)
    bring(head + "x\n", as_of=dt.date(2026, 3, 17))
    assert Hold.objects.filter(released_on=None).get().starts_on == dt.date(2026, 3, 17)


def test_a_complete_list_settles_what_it_leaves_out(
    organization: Organization, other_organization: Organization, bring: Bring
) -> None:
    bring(BOOK)
    bring(BOOK, into=other_organization)
    by_hand = worlds.make_invoice(worlds.make_customer(organization), number="HAND-1")
    kept = f"{HEAD}\n7,Acme Ltd,pay@acme.example,A-2,2026-02-10,2026-03-12,EUR,200.00,50.00\n"
    preview = bring(kept, complete=True, dry_run=True)
    assert preview.as_json()["settled_absent"]["sums"] == {"EUR": "100.00"}
    assert balances(organization)["A-1"] == 100
    report = bring(kept, complete=True)
    assert report.absent == {"EUR": (1, "100.00")}
    assert balances(organization) == {"A-1": 0, "A-2": 150, "A-3": 0, "HAND-1": by_hand.total}
    assert balances(other_organization)["A-1"] == 100
    payment = Payment.objects.get(reference=f"absent:A-1:{worlds.TODAY}")
    assert (payment.succeeded_on, payment.allocated) == (worlds.TODAY, Decimal(100))
    assert bring(kept, complete=True).absent == {}
    # It comes back: the settlement was none
    bring(BOOK)
    assert balances(organization)["A-1"] == 100


def test_a_refused_row_is_not_absent(organization: Organization, bring: Bring) -> None:
    bring(BOOK)
    report = bring(BOOK.replace("2026-01-10,2026-02-09", "2026-01-10,soon"), complete=True, dates="Y/M/D")
    assert report.refused == 1
    assert report.absent == {}


def test_customers_without_numbers_are_known_by_name(organization: Organization, bring: Bring) -> None:
    bring("Customer,Invoice,Invoice date,Due date,Total\nÉmile  Sons,1,2026-01-10,2026-02-09,1.00\n")
    report = bring("Customer,Invoice,Invoice date,Due date,Total\nEMILE SONS,2,2026-01-10,2026-02-09,1.00\n")
    assert report.customers.as_json()["created"] == 0
    numbered = "Customer No,Customer,Invoice,Invoice date,Due date,Total\n9,Emile Sons,3,2026-01-10,2026-02-09,1.00\n"
    bring(numbered)
    customer = Customer.objects.get()
    assert (customer.number, Invoice.objects.filter(customer=customer).count()) == ("9", 3)
    # and later files that know the name alone still mean it
    bring("Customer,Invoice,Invoice date,Due date,Total\nEmile Sons,4,2026-01-10,2026-02-09,1.00\n")
    assert Customer.objects.count() == 1


def test_a_customer_is_put_together_from_all_its_rows(organization: Organization, bring: Bring) -> None:
    bring(
        "Customer No,Customer,E-mail,Phone,Country,Language,Tags,Invoice,Invoice date,Due date,Total\n"
        "7,,,,,,,1,2026-01-10,2026-02-09,1.00\n"
        "7,Acme,,+49 1,Germany,German,vip; slow,2,2026-01-10,2026-02-09,1.00\n"
        "7,Acme,Ann <ann@acme.example>,,,,,3,2026-01-10,2026-02-09,1.00\n"
    )
    customer = Customer.objects.get()
    assert (customer.name, customer.country, customer.language, customer.tags) == ("Acme", "DE", "de", ["vip", "slow"])
    contact = Contact.objects.get()
    assert (contact.email, contact.phone, contact.is_primary) == ("ann@acme.example", "+49 1", True)


def test_postal_addresses_come_in_whole(organization: Organization, bring: Bring) -> None:
    head = "Customer,Street,Address 2,ZIP,City,State/Province,Country,Phone,Invoice,Invoice date,Due date,Total\n"
    bring(head + "Acme,Hafenstr. 1,c/o Pine,20457,Hamburg,,DE,0171 1234567,1,2026-01-10,2026-02-09,1.00\n")
    customer = Customer.objects.get()
    lines = (customer.address_line_1, customer.address_line_2, customer.postal_code, customer.city, customer.region)
    assert lines == ("Hafenstr. 1", "c/o Pine", "20457", "Hamburg", "")
    look_at_phones(organization_id=organization.pk)
    assert Contact.objects.get().sms_number == "+491711234567"
    bring(head + "Acme,1 High Street,,LS1 1AA,Leeds,,GB,,1,2026-01-10,2026-02-09,1.00\n")
    customer.refresh_from_db()
    assert (customer.address_line_1, customer.address_line_2, customer.city) == ("1 High Street", "", "Leeds")
    look_at_phones(organization_id=organization.pk)
    assert Contact.objects.get().sms_number == "", "in Britain that is no number"


def test_an_address_of_another_person_makes_that_person_primary(organization: Organization, bring: Bring) -> None:
    bring(BOOK)
    acme = Customer.objects.get(number="7")
    Contact.objects.create(organization=organization, customer=acme, email="ann@acme.example", name="Ann")
    bring(BOOK.replace("pay@acme.example", "ANN@acme.example"))
    assert Contact.objects.get(customer=acme, is_primary=True).name == "Ann"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("A-2,", "A-1,"), "Invoice A-1 is listed already on line 2."),
        (("200.00,50.00", "200.00,-5.00"), "A paid amount cannot be below zero."),
        (("2026-03-12", "2026-02-01"), "The due date 2026-02-01 lies before the issue date 2026-02-10."),
        (("2026-03-12", "soon"), "“soon” is no date in the form Y/M/D."),
        (("200.00,50.00", "lots,50.00"), "“lots” is no amount in the form 1,234.56 with at most 4 decimals."),
        (("EUR,200.00", "EURO,200.00"), "“EURO” is no currency; write its code, for example EUR."),
        (("pay@acme.example,A-2", "pay(at)acme,A-2"), "“pay(at)acme” is no e-mail address."),
        (("A-2,", ","), "The invoice number is missing."),
        (("A-2,2026-02-10", "A-2,"), "The issue date is missing."),
        (("50.00\n8", "50.00,extra\n8"), "The row has 10 cells, but the header has 9."),
        (("7,Acme Ltd,pay@acme.example,A-2", ",,pay@acme.example,A-2"), "The customer name is missing."),
        (("Acme Ltd,pay@acme.example,A-2", '"Acme" Ltd,pay@acme.example,A-2'),
         "A quote stands in the middle of a cell, so the row cannot be divided."),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_whole_and_the_others_go_in(
    organization: Organization, bring: Bring, change: tuple[str, str], reason: str
) -> None:
    report = bring(BOOK.replace(*change), dates="Y/M/D", numbers=".")
    assert report.refused == 1
    assert [(line, text) for line, _, _, text in reasons(report)] == [(3, reason)]
    assert set(balances(organization)) == {"A-1", "A-3"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("7,Acme Ltd,pay@acme.example,A-2", "8,Émile & Sons,emile@sons.example,A-2"),
         "Number A-2 belongs to “Acme Ltd” in the book, the file gives it to “Émile & Sons”."),
        (("EUR,200.00", "USD,200.00"), "Number A-2 is in EUR in the book, the file says USD."),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_book_is_refused(
    organization: Organization, bring: Bring, change: tuple[str, str], reason: str
) -> None:
    bring(BOOK)
    report = bring(BOOK.replace(*change))
    assert [(line, text) for line, _, _, text in reasons(report)] == [(3, reason)]
    assert report.invoices.as_json() == tally(unchanged=2)


def test_other_payments_are_not_taken_back_by_a_file(organization: Organization, bring: Bring) -> None:
    without_paid = "Customer,Invoice,Invoice date,Due date,Total\nAcme,1,2026-01-10,2026-02-09,100.00\n"
    bring(without_paid)
    invoice = Invoice.objects.get()
    payment = Payment.objects.create(
        organization=organization, customer=invoice.customer, reference="bank-1", currency="EUR", amount=80,
        initiated_on=dt.date(2026, 3, 1), succeeded_on=dt.date(2026, 3, 1),
    )  # fmt: skip
    Allocation.objects.create(
        organization=organization, invoice=invoice, payment=payment, amount=80, effective_on=dt.date(2026, 3, 1)
    )
    lowered = bring(without_paid.replace("100.00", "60.00"))
    assert reasons(lowered) == [(2, "Total", "60.00", "The total 60.00 is less than the 80.00 already paid.")]
    less_paid = bring("Customer,Invoice,Invoice date,Due date,Total,Paid\nAcme,1,2026-01-10,2026-02-09,100.00,10.00\n")
    assert "less is paid than the 80.00" in reasons(less_paid)[0][3]
    assert balances(organization) == {"1": Decimal(20)}


def test_errors_are_harmless_to_a_spreadsheet(organization: Organization, bring: Bring) -> None:
    report = bring(BOOK.replace("2026-03-12", "=HYPERLINK(1)"), dates="Y/M/D")
    assert reasons(report)[0][2] == "'=HYPERLINK(1)"


def test_history_names_the_import(organization: Organization, bring: Bring) -> None:
    bring(BOOK)
    event = Invoice.pgh_event_model.objects.select_related("pgh_context").first()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["user"] == "import"
    assert event.pgh_context.metadata["file"] == "book.csv"


def _balance_as_of(organization: Organization, number: str, day: dt.date) -> Decimal:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(item.balance), 0) FROM ledger_open_items(%s, %s) AS item "
            "JOIN ledger_invoice AS invoice ON invoice.id = item.invoice_id WHERE invoice.number = %s",
            (organization.pk, day, number),
        )
        return Decimal(cursor.fetchone()[0])


def test_a_file_that_does_not_know_of_an_extension_does_not_take_it_back(
    organization: Organization, bring: Bring
) -> None:
    bring(BOOK)
    invoice = Invoice.objects.get(number="A-1")
    more_time = worlds.TODAY + dt.timedelta(days=20)
    extend_due_date(
        organization=organization,
        invoice_id=invoice.pk,
        new_due_on=more_time,
        by=None,
        as_of=worlds.TODAY,
        now=worlds.NOW,
    )
    assert bring(BOOK).invoices.as_json() == tally(unchanged=3)
    invoice.refresh_from_db()
    assert invoice.due_on == more_time
    bring(BOOK.replace("2026-02-09", "2026-02-19"))
    invoice.refresh_from_db()
    assert invoice.due_on == dt.date(2026, 2, 19), "a date that the book never had is a correction"
