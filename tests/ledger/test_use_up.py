"""Many payments or credit notes used at once: it comes to what a clerk would do one by one."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dunwell.ledger.models import Allocation, CreditNote, Invoice, Payment
from dunwell.ledger.queries.oldest_first import Money, used_oldest_first
from dunwell.ledger.services.allocations import proposal
from dunwell.ledger.services.use_up import payments_arrived, use_up
from dunwell.organizations.models import Organization, User
from tests.worlds import NOW, TODAY, make_credit_note, make_customer, make_invoice, make_payment

DAY = dt.timedelta(days=1)


@pytest.fixture
def ids(organization: Organization) -> list[int]:
    """Payments, on their way and come in, of customers that owe in two currencies; some are meant for an invoice."""
    dice = random.Random(17)
    for _ in range(25):
        customer = make_customer(organization)
        invoices = [
            make_invoice(
                customer,
                total=dice.randint(1, 300),
                due_on=TODAY + dice.randint(-40, 20) * DAY,
                currency=dice.choice(["EUR", "EUR", "USD"]),
            )
            for _ in range(dice.randint(0, 5))
        ]
        for _ in range(dice.randint(0, 5)):
            on = TODAY - dice.randint(0, 9) * DAY
            make_payment(
                customer,
                dice.randint(1, 300),
                on=on,
                currency=dice.choice(["EUR", "EUR", "USD"]),
                succeeded_on=dice.choice([None, on]),
                intended_invoice=dice.choice([None, *invoices]),
            )
    make_invoice(make_customer(organization), is_draft=True)
    return list(Payment.objects.values_list("pk", flat=True))


def one_by_one(payments: list[Payment], *, meant_first: bool) -> dict[tuple[int, int], Decimal]:
    """What the proposal for a single payment comes to, payment after payment in the order in which they were begun."""
    parts: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    left = {payment.pk: payment.amount - payment.allocated for payment in payments}
    owed = {invoice.pk: invoice for invoice in Invoice.objects.filter(is_draft=False, balance__gt=0)}
    ordered = sorted(payments, key=lambda one: (one.initiated_on, one.pk))
    turns = [(one, True) for one in ordered] if meant_first else []
    for payment, only_meant in [*turns, *((one, False) for one in ordered)]:
        reach = [
            invoice
            for invoice in sorted(owed.values(), key=lambda one: (one.due_on, one.pk))
            if (invoice.customer_id, invoice.currency) == (payment.customer_id, payment.currency)
            and (not only_meant or invoice.pk == payment.intended_invoice_id)
        ]
        for invoice_id, amount in proposal(reach, left[payment.pk]).items():
            parts[payment.pk, invoice_id] += amount
            left[payment.pk] -= amount
            owed[invoice_id].balance -= amount
    return parts


@pytest.mark.parametrize(("money", "status"), [("payments", "succeeded"), ("arriving", "pending")])
def test_many_at_once_come_to_what_one_by_one_would(
    organization: Organization, ids: list[int], money: Money, status: str
) -> None:
    payments = list(Payment.objects.filter(status=status))
    expected = one_by_one(payments, meant_first=money == "arriving")
    found = used_oldest_first(organization, money, ids, TODAY)
    assert {(part.source_id, part.invoice_id): part.amount for part in found} == expected
    assert len(expected) > 10
    balances = dict(Invoice.objects.values_list("pk", "balance"))
    for part in found:
        of_invoice = sum(amount for (_, invoice), amount in expected.items() if invoice == part.invoice_id)
        of_payment = sum(amount for (source, _), amount in expected.items() if source == part.source_id)
        assert part.settles == (of_invoice == balances[part.invoice_id])
        assert part.left == Payment.objects.get(pk=part.source_id).amount - of_payment


def test_what_arrives_is_used_as_the_preview_said(organization: Organization, alice: User, ids: list[int]) -> None:
    promised = used_oldest_first(organization, "arriving", ids, TODAY)
    pending = set(Payment.objects.filter(status="pending").values_list("pk", flat=True))
    done = payments_arrived(organization=organization, payment_ids=ids, on=TODAY, by=alice, as_of=TODAY, now=NOW)
    assert set(done) == pending
    assert {(one.payment_id, one.invoice_id, one.amount) for one in Allocation.objects.all()} == {
        (part.source_id, part.invoice_id, part.amount) for part in promised
    }
    assert not Payment.objects.filter(pk__in=pending).exclude(succeeded_on=TODAY).exists()


def test_many_cost_no_more_statements_than_one(organization: Organization, alice: User, ids: list[int]) -> None:
    def statements(chosen: list[int]) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert use_up(organization=organization, money="payments", ids=chosen, on=TODAY, by=alice, as_of=TODAY)
        return len(caught)

    customer = make_customer(organization)
    make_invoice(customer, total=5)
    assert statements([make_payment(customer, 5).pk]) == statements(ids)
    assert not used_oldest_first(organization, "payments", ids, TODAY), "nothing that is left finds anything open"


def test_it_counts_from_the_day_and_names_who(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    old, later = make_invoice(customer, total=80), make_invoice(customer, total=80, due_on=TODAY + 60 * DAY)
    assert later.issued_on > TODAY
    early, late = make_credit_note(customer, 100, on=TODAY - 3 * DAY), make_credit_note(customer, 100)
    used = use_up(
        organization=organization,
        money="credit notes",
        ids=[early.pk, late.pk],
        on=TODAY - DAY,
        by=alice,
        as_of=TODAY,
    )
    assert [(part.source_id, part.invoice_id, int(part.amount)) for part in used] == [
        (early.pk, old.pk, 80),
        (early.pk, later.pk, 20),
    ], "what was given later than that day is left"
    days = dict(Allocation.objects.values_list("invoice", "effective_on"))
    assert days == {old.pk: TODAY - DAY, later.pk: later.issued_on}
    entry = Allocation.pgh_event_model.objects.latest("pgh_id")  # type: ignore[attr-defined]
    assert entry.pgh_context.metadata == {"user": alice.pk, "action": "use up credit notes"}
    assert CreditNote.objects.get(pk=late.pk).unapplied == 100


def test_strangers_money_and_days_to_come_are_refused(
    organization: Organization, other_organization: Organization, alice: User
) -> None:
    foreign = make_customer(other_organization)
    make_invoice(foreign)
    payment = make_payment(foreign, 100)
    assert not use_up(organization=organization, money="payments", ids=[payment.pk], on=TODAY, by=alice, as_of=TODAY)
    with pytest.raises(ValidationError) as refused:
        use_up(organization=organization, money="payments", ids=[], on=TODAY + DAY, by=alice, as_of=TODAY)
    assert "on" in refused.value.message_dict
