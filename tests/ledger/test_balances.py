"""Balances follow from dated entries, now and as of any day, whoever writes and however."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from dunwell.ledger.models import Allocation, Contact, CreditNote, Customer, Hold, Invoice, Payment, WriteOff
from dunwell.organizations.models import Organization
from tests import worlds
from tests.ledger.drawn import WITH_DATABASE
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
START = dt.date(2026, 1, 5)
DAYS = 20
ZERO = Decimal(0)
Figures = tuple[Decimal, Decimal, dt.date | None]


def day(number: int) -> dt.date:
    return START + number * DAY


# --- What the triggers keep ------------------------------------------------------------------------------------


def latest(*days: dt.date | None) -> dt.date | None:
    return max((found for found in days if found is not None), default=None)


def expected_figures(invoice: Invoice) -> Figures:
    """applied, written off and the day of the last entry of an invoice, added up in Python."""
    allocations = list(Allocation.objects.filter(invoice=invoice))
    write_offs = list(WriteOff.objects.filter(invoice=invoice))
    return (
        sum((entry.amount for entry in allocations if entry.reversed_on is None), ZERO),
        sum((entry.amount for entry in write_offs if entry.reversed_on is None), ZERO),
        latest(
            *(entry.effective_on for entry in allocations),
            *(entry.written_off_on for entry in write_offs),
            *(entry.reversed_on for entry in allocations),
            *(entry.reversed_on for entry in write_offs),
        ),
    )


def check_figures(organization: Organization) -> None:
    for invoice in Invoice.objects.filter(organization=organization):
        assert (invoice.applied, invoice.written_off, invoice.last_entry_on) == expected_figures(invoice)
        assert invoice.balance == invoice.total - invoice.applied - invoice.written_off >= 0
    sources: list[Payment | CreditNote] = [*Payment.objects.filter(organization=organization)]
    sources += CreditNote.objects.filter(organization=organization)
    for source in sources:
        entries = list(source.allocations.all())
        assert source.allocated == sum((entry.amount for entry in entries if entry.reversed_on is None), ZERO)
        assert source.last_entry_on == latest(
            *(entry.effective_on for entry in entries), *(entry.reversed_on for entry in entries)
        )


class Entries(RuleBasedStateMachine):
    """Inserts, changes, reversals and deletions, one by one and many by one statement, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.organization = worlds.make_organization("machine")
        customer = worlds.make_customer(self.organization)
        self.invoices = [worlds.make_invoice(customer, total=total, due_on=day(40)) for total in (100, 250, 30)]
        self.sources: list[Payment | CreditNote] = [
            worlds.make_payment(customer, 120, on=START),
            worlds.make_payment(customer, 500, on=START),
            worlds.make_credit_note(customer, 60, on=START),
        ]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.frame.__exit__(None, None, None)

    def entry(self, invoice: int, source: int, amount: int, number: int) -> Allocation:
        chosen = self.sources[source]
        kind = "payment" if isinstance(chosen, Payment) else "credit_note"
        return Allocation(
            organization=self.organization,
            invoice=self.invoices[invoice],
            amount=Decimal(amount),
            effective_on=day(number),
            **{kind: chosen},
        )

    @contextmanager
    def allowed_to_fail(self) -> Iterator[None]:
        """A statement that asks for more than there is must leave nothing."""
        try:
            with transaction.atomic():
                yield
        except IntegrityError as error:
            if "never" not in str(error):
                raise

    which = st.integers(0, 2)

    @rule(invoice=which, source=which, amount=st.integers(1, 130), number=st.integers(0, DAYS))
    def allocate(self, invoice: int, source: int, amount: int, number: int) -> None:
        with self.allowed_to_fail():
            self.entry(invoice, source, amount, number).save()

    @rule(rows=st.lists(st.tuples(which, which, st.integers(1, 40), st.integers(0, DAYS)), min_size=2, max_size=5))
    def allocate_many_at_once(self, rows: list[tuple[int, int, int, int]]) -> None:
        with self.allowed_to_fail():
            Allocation.objects.bulk_create(self.entry(*row) for row in rows)

    @rule(invoice=which, amount=st.integers(1, 90), number=st.integers(0, DAYS))
    def write_off(self, invoice: int, amount: int, number: int) -> None:
        with self.allowed_to_fail():
            WriteOff.objects.create(
                organization=self.organization,
                invoice=self.invoices[invoice],
                amount=amount,
                written_off_on=day(number),
            )

    @rule(number=st.integers(0, DAYS))
    def reverse_the_oldest(self, number: int) -> None:
        entry = Allocation.objects.filter(organization=self.organization, reversed_on=None).order_by("pk").first()
        if entry is not None:
            entry.reversed_on = max(day(number), entry.effective_on)
            entry.save()

    @rule(invoice=which)
    def reverse_all_of_an_invoice(self, invoice: int) -> None:
        Allocation.objects.filter(invoice=self.invoices[invoice], reversed_on=None).update(reversed_on=day(DAYS))
        WriteOff.objects.filter(invoice=self.invoices[invoice], reversed_on=None).update(reversed_on=day(DAYS))

    @rule()
    def let_all_stand_again(self) -> None:
        with self.allowed_to_fail():
            Allocation.objects.filter(organization=self.organization).update(reversed_on=None)

    @rule(source=which, to=which)
    def move_to_another_invoice(self, source: int, to: int) -> None:
        with self.allowed_to_fail():
            Allocation.objects.filter(invoice=self.invoices[source]).update(invoice=self.invoices[to])

    @rule(amount=st.integers(-15, 15))
    def change_amounts(self, amount: int) -> None:
        with self.allowed_to_fail():
            Allocation.objects.filter(organization=self.organization, amount__gt=15).update(amount=F("amount") + amount)

    @rule(source=which)
    def delete_those_of_a_source(self, source: int) -> None:
        self.sources[source].allocations.all().delete()

    @precondition(lambda self: WriteOff.objects.filter(organization=self.organization).exists())
    @rule()
    def delete_write_offs(self) -> None:
        WriteOff.objects.filter(organization=self.organization).delete()

    @invariant()
    def figures_follow_from_entries(self) -> None:
        check_figures(self.organization)


def test_figures_follow_from_entries_in_any_order() -> None:
    profile = settings(WITH_DATABASE, max_examples=15, stateful_step_count=12)
    run_state_machine_as_test(Entries, settings=profile)


def test_a_statement_that_touches_no_entry_is_fine() -> None:
    assert Allocation.objects.filter(pk=-1).delete() == (0, {})
    assert Allocation.objects.filter(pk=-1).update(amount=1) == 0


@pytest.fixture
def customer(organization: Organization) -> Customer:
    return worlds.make_customer(organization)


def test_more_than_an_invoice_asks_for_is_refused(customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, total=100)
    payment = worlds.make_payment(customer, 500)
    with pytest.raises(IntegrityError, match="invoice_never_overpaid"), transaction.atomic():
        allocate(invoice, payment, "100.01")
    allocate(invoice, payment, "60")
    with pytest.raises(IntegrityError, match="invoice_never_overpaid"), transaction.atomic():
        WriteOff.objects.create(
            organization_id=invoice.organization_id, invoice=invoice, amount=Decimal("40.01"), written_off_on=TODAY
        )


def test_more_than_a_payment_brought_is_refused(customer: Customer) -> None:
    payment = worlds.make_payment(customer, 100)
    allocate(worlds.make_invoice(customer, total=80), payment, "80")
    with pytest.raises(IntegrityError, match="payment_never_overspent"), transaction.atomic():
        allocate(worlds.make_invoice(customer, total=80), payment, "20.0001")


def test_more_than_a_credit_note_gives_is_refused(customer: Customer) -> None:
    note = worlds.make_credit_note(customer, 50)
    with pytest.raises(IntegrityError, match="credit_note_never_overspent"), transaction.atomic():
        Allocation.objects.create(
            organization_id=note.organization_id,
            invoice=worlds.make_invoice(customer, total=80),
            credit_note=note,
            amount=51,
            effective_on=TODAY,
        )


def test_a_pending_payment_settles_nothing(customer: Customer) -> None:
    payment = worlds.make_payment(customer, 100, succeeded_on=None)
    with pytest.raises(IntegrityError, match="payment_allocated_only_when_money_is_there"), transaction.atomic():
        allocate(worlds.make_invoice(customer), payment, "1")


@pytest.mark.parametrize("ending", ["failed_on", "refunded_on"])
def test_a_payment_that_is_used_cannot_fail_or_be_refunded(customer: Customer, ending: str) -> None:
    payment = worlds.make_payment(customer, 100, towards=worlds.make_invoice(customer))
    with pytest.raises(IntegrityError, match="payment_allocated_only_when_money_is_there"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**{ending: TODAY})
    payment.allocations.update(reversed_on=TODAY)
    Payment.objects.filter(pk=payment.pk).update(**{ending: TODAY})
    payment.refresh_from_db()
    assert payment.unapplied == 0


def allocate(invoice: Invoice, payment: Payment, amount: str, on: dt.date = TODAY) -> Allocation:
    return Allocation.objects.create(
        organization_id=invoice.organization_id,
        invoice=invoice,
        payment=payment,
        amount=Decimal(amount),
        effective_on=on,
    )


@pytest.mark.parametrize(
    ("entered", "status", "settled_on"),
    [
        ("nothing", "open", None),
        ("part", "partially_paid", None),
        ("all", "paid", TODAY),
        ("written off", "written_off", TODAY),
        ("void", "void", TODAY),
    ],
)
def test_status_follows(customer: Customer, entered: str, status: str, settled_on: dt.date | None) -> None:
    invoice = worlds.make_invoice(customer, total=100)
    if entered in ("part", "all"):
        worlds.make_payment(customer, 100 if entered == "all" else 40, towards=invoice)
    if entered == "written off":
        WriteOff.objects.create(
            organization_id=invoice.organization_id, invoice=invoice, amount=100, written_off_on=TODAY
        )
    if entered == "void":
        Invoice.objects.filter(pk=invoice.pk).update(voided_on=TODAY)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.settled_on) == (status, settled_on)


# --- Tenants ------------------------------------------------------------------------------------------------------


def test_the_functions_know_one_organization(organization: Organization, other_organization: Organization) -> None:
    stranger = worlds.make_customer(other_organization)
    worlds.make_invoice(stranger, due_on=TODAY)
    worlds.make_payment(stranger, 50)
    with connection.cursor() as cursor:
        for function in ("ledger_open_items", "ledger_unapplied_credit"):
            cursor.execute(f"SELECT count(*) FROM {function}(%s, %s)", [organization.pk, TODAY])
            assert cursor.fetchone() == (0,)


def test_no_row_points_at_another_organization(organization: Organization, other_organization: Organization) -> None:
    mine, theirs = worlds.make_customer(organization), worlds.make_customer(other_organization)
    my_invoice, their_invoice = worlds.make_invoice(mine), worlds.make_invoice(theirs)
    my_payment, their_payment = worlds.make_payment(mine, 10), worlds.make_payment(theirs, 10)
    their_note = worlds.make_credit_note(theirs, 10)
    dates = {"starts_on": TODAY, "reason": "manual"}
    entry = {"organization": organization, "amount": 1, "effective_on": TODAY}
    crossing = [
        Contact(organization=organization, customer=theirs, email="a@b.example"),
        Hold(organization=organization, customer=theirs, **dates),
        Hold(organization=organization, customer=mine, invoice=their_invoice, **dates),
        Allocation(invoice=their_invoice, payment=my_payment, **entry),
        Allocation(invoice=my_invoice, payment=their_payment, **entry),
        Allocation(invoice=my_invoice, credit_note=their_note, **entry),
        WriteOff(organization=organization, invoice=their_invoice, amount=1, written_off_on=TODAY),
        CreditNote(organization=organization, customer=theirs, number="X", issued_on=TODAY, currency="EUR", total=1),
        Payment(
            organization=organization, customer=theirs, reference="X", currency="EUR", amount=1, initiated_on=TODAY
        ),
        Payment(
            organization=organization,
            customer=mine,
            intended_invoice=their_invoice,
            reference="Y",
            currency="EUR",
            amount=1,
            initiated_on=TODAY,
        ),
    ]
    for row in crossing:
        with pytest.raises(IntegrityError, match="same_tenant"), transaction.atomic():
            row.save()
    with pytest.raises(IntegrityError, match="same_tenant"), transaction.atomic():
        Invoice.objects.filter(pk=my_invoice.pk).update(customer=theirs)
    with pytest.raises(IntegrityError, match="same_tenant"), transaction.atomic():
        Invoice.objects.filter(pk=my_invoice.pk).update(organization=other_organization)


# --- Two at once --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_who_pay_one_invoice_at_once_do_not_overpay_it() -> None:
    """The second waits for the first, sees what it did, and is refused."""
    customer = worlds.make_customer(worlds.make_organization("race"))
    invoice = worlds.make_invoice(customer, total=100)
    payments = [worlds.make_payment(customer, 100) for _ in range(2)]
    errors: list[str] = []
    begun = threading.Event()

    def second() -> None:
        try:
            begun.set()
            allocate(invoice, payments[1], "60")
        except IntegrityError as error:
            errors.append(str(error))
        finally:
            connections.close_all()

    with transaction.atomic():
        allocate(invoice, payments[0], "60")
        thread = threading.Thread(target=second)
        thread.start()
        assert begun.wait(5)
        thread.join(0.5)  # it is inside its statement now, waiting for ours
        assert thread.is_alive()
    thread.join(10)
    invoice.refresh_from_db()
    assert [error for error in errors if "invoice_never_overpaid" in error]
    assert invoice.applied == 60
    assert Allocation.objects.filter(invoice=invoice).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_parts_at_once_both_count() -> None:
    customer = worlds.make_customer(worlds.make_organization("race"))
    invoice = worlds.make_invoice(customer, total=100)
    payment = worlds.make_payment(customer, 100)

    def second() -> None:
        try:
            allocate(invoice, payment, "30")
        finally:
            connections.close_all()

    with transaction.atomic():
        allocate(invoice, payment, "60")
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
    thread.join(10)
    invoice.refresh_from_db()
    payment.refresh_from_db()
    assert [invoice.applied, invoice.balance, payment.allocated] == [90, 10, 90]
