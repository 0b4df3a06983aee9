"""Whatever people enter by hand, in whatever order: sums agree, rollups reconcile, an undo brings back what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.followup.services import passes
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Allocation, CreditNote, Customer, Hold, Invoice, Payment, WriteOff
from dunwell.ledger.services import allocations, credit_notes, customers, holds, invoices, payments, undo
from dunwell.ledger.services.extensions import ExtensionRefusedError, extend_due_date
from tests import worlds
from tests.followup.drawn import World
from tests.followup.reconcile import check_rollups
from tests.invariants import Book, sums_agree
from tests.ledger.drawn import WITH_DATABASE, undone
from tests.worlds import NOW, TODAY

DAY = dt.timedelta(days=1)
REFUSED = (ValidationError, ExtensionRefusedError)
amounts = st.sampled_from(["0", "10", "25.50", "100", "400", "0.001"]).map(Decimal)
days = st.integers(-40, 2).map(lambda days: TODAY + days * DAY)


class NothingThereError(Exception):
    """No row of the kind has been entered yet."""


class Clerk:
    """Enters what is drawn through the services, as the pages do; what they refuse changes nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.organization = world, world.organization
        self.user = worlds.make_user(organization=world.organization)
        self.count = 0

    def facts(self) -> dict[str, Any]:
        """All amounts that count."""
        kept = (
            (Invoice, ("number", "balance", "status", "due_on", "settled_on")),
            (Payment, ("reference", "status", "unapplied", "allocated")),
            (CreditNote, ("number", "unapplied", "voided_on")),
            (Allocation, ("amount", "effective_on", "reversed_on")),
            (WriteOff, ("amount", "reversed_on")),
            (Hold, ("starts_on", "ends_on", "released_on")),
        )
        return {
            model.__name__: {row[0]: row[1:] for row in model._default_manager.values_list("pk", *names)}
            for model, names in kept
        }

    @property
    def actor(self) -> dict[str, Any]:
        return {"organization": self.organization, "by": self.user}

    def row(self, model: type[Any]) -> int:
        found = self.world.pick(model.objects.filter(organization=self.organization))
        if found is None:
            raise NothingThereError
        return int(found.pk)

    def parts(self, customer_id: int) -> dict[int, Decimal]:
        """Mostly the proposal, now and then something that cannot be."""
        found = allocations.open_invoices(self.organization, customer_id, "EUR")
        if self.world.draw(st.booleans()):
            return allocations.proposal(found, self.world.draw(amounts))
        every = list(Invoice.objects.filter(organization=self.organization))
        return {invoice.pk: self.world.draw(amounts) for invoice in every[:2]}

    def add_invoice(self) -> None:
        self.count += 1
        issued = self.world.draw(days)
        invoices.add_invoice(
            **self.actor,
            customer_id=self.row(Customer),
            as_of=TODAY,
            number=f"R-{self.count}",
            issued_on=issued,
            due_on=issued + self.world.draw(st.integers(-1, 30)) * DAY,
            currency="EUR",
            total=self.world.draw(amounts),
            is_draft=self.world.draw(st.booleans()),
        )

    def edit_invoice(self) -> None:
        invoice = Invoice.objects.get(pk=self.row(Invoice))
        invoices.edit_invoice(
            **self.actor,
            invoice_id=invoice.pk,
            as_of=TODAY,
            was_sent=False,
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            currency=invoice.currency,
            total=self.world.draw(amounts),
        )

    def issue(self) -> None:
        invoices.issue_draft(**self.actor, invoice_id=self.row(Invoice), as_of=TODAY)

    def void(self) -> None:
        on = self.world.draw(days)
        invoices.void_invoice(**self.actor, invoice_id=self.row(Invoice), on=on, reason="x", as_of=TODAY, now=NOW)

    def write_off(self) -> None:
        amount, on = self.world.draw(amounts), self.world.draw(days)
        invoices.write_off(**self.actor, invoice_id=self.row(Invoice), amount=amount, on=on, reason="", as_of=TODAY)

    def reverse_write_off(self) -> None:
        invoices.reverse_write_off(**self.actor, write_off_id=self.row(WriteOff), on=self.world.draw(days))

    def extend(self) -> None:
        later = TODAY + self.world.draw(st.integers(-2, 20)) * DAY
        extend_due_date(**self.actor, invoice_id=self.row(Invoice), new_due_on=later, as_of=TODAY, now=NOW)

    def pay(self) -> None:
        customer = self.row(Customer)
        payments.record_payment(
            **self.actor,
            customer_id=customer,
            amount=self.world.draw(amounts),
            currency="EUR",
            on=self.world.draw(days),
            as_of=TODAY,
            pending=self.world.draw(st.booleans()),
            parts=self.parts(customer),
        )

    def arrive(self) -> None:
        payments.payment_arrived(**self.actor, payment_id=self.row(Payment), on=self.world.draw(days), as_of=TODAY)

    def allocate(self) -> None:
        payment = Payment.objects.get(pk=self.row(Payment))
        parts = self.parts(payment.customer_id)
        allocations.allocate_payment(
            **self.actor, payment_id=payment.pk, parts=parts, on=self.world.draw(days), as_of=TODAY
        )

    def take_back(self) -> None:
        allocations.take_back(**self.actor, allocation_id=self.row(Allocation), on=self.world.draw(days))

    def end_payment(self) -> None:
        end = self.world.draw(st.sampled_from([payments.reverse_payment, payments.refund_payment]))
        end(**self.actor, payment_id=self.row(Payment), on=self.world.draw(days), reason="x", as_of=TODAY, now=NOW)

    def credit(self) -> None:
        self.count += 1
        customer = self.row(Customer)
        credit_notes.add_credit_note(
            **self.actor,
            customer_id=customer,
            number=f"G-{self.count}",
            total=self.world.draw(amounts),
            currency="EUR",
            issued_on=self.world.draw(days),
            as_of=TODAY,
            parts=self.parts(customer),
        )

    def void_credit(self) -> None:
        on = self.world.draw(days)
        credit_notes.void_credit_note(
            **self.actor, credit_note_id=self.row(CreditNote), on=on, reason="x", as_of=TODAY, now=NOW
        )

    def hold(self) -> None:
        place: dict[str, Any] = {"starts_on": TODAY, "ends_on": None, "note": "", "as_of": TODAY, "reason": "dispute"}
        part = self.world.draw(st.none() | amounts)
        holds.hold_invoices(**self.actor, **place, invoice_ids=[self.row(Invoice)], amount=part)

    def release(self) -> None:
        holds.release_holds(**self.actor, hold_ids=[self.row(Hold)], as_of=TODAY, now=NOW)

    def archive(self) -> None:
        customers.archive_customer(**self.actor, customer_id=self.row(Customer), as_of=TODAY, now=NOW)

    @property
    def entries(self) -> list[Callable[[], None]]:
        return [
            self.add_invoice, self.add_invoice, self.edit_invoice, self.issue, self.void, self.write_off,
            self.reverse_write_off, self.extend, self.pay, self.pay, self.arrive, self.allocate, self.take_back,
            self.end_payment, self.credit, self.void_credit, self.hold, self.release, self.archive,
        ]  # fmt: skip


@settings(WITH_DATABASE, max_examples=15)
@given(data=st.data())
def test_sums_agree_after_any_entries_and_an_undo_is_exact(db: None, data: st.DataObject) -> None:
    with undone():
        world = World(data, customers=2)
        clerk = Clerk(world)
        for _ in range(data.draw(st.integers(4, 12))):
            before = clerk.facts()
            act = data.draw(st.sampled_from(clerk.entries))
            context: Any = pghistory.context(user=clerk.user.pk)
            with context as current:
                try:
                    act()
                except REFUSED:
                    assert clerk.facts() == before, f"{act.__name__} was refused and changed something"
                except NothingThereError:
                    continue
            if data.draw(st.integers(0, 3)) == 0 and clerk.facts() != before:
                undo.undo_context(organization=world.organization, context_id=current.id, by=clerk.user, now=NOW)
                assert clerk.facts() == before, f"{act.__name__} was not undone"
            sums_agree(Book(world.organization))
        this = passes.begin(world.current(), as_of=world.today, now=NOW, channels_set_up=("email",))
        prepare(this)
        check_rollups(world)
