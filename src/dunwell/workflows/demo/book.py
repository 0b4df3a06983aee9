"""The demo's book as plain rows: a function of the seed and of the day it ends on. No database, no clock."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from decimal import Decimal

from dunwell.workflows.demo.names import SERVICES
from dunwell.workflows.demo.people import CUSTOMERS, DemoCustomer, Habit, invent_customers

SEED = 20_240_601
MONTHS = 24
CENT = Decimal("0.01")


@dataclasses.dataclass
class DemoInvoice:
    """An invoice and everything that has happened to it; amounts in its currency."""

    customer: DemoCustomer
    number: str
    issued_on: dt.date
    due_on: dt.date
    currency: str
    total: Decimal
    description: str
    payments: list[DemoPayment] = dataclasses.field(default_factory=list)
    credits: list[DemoCredit] = dataclasses.field(default_factory=list)
    voided_on: dt.date | None = None
    written_off_on: dt.date | None = None
    is_draft: bool = False

    def balance(self) -> Decimal:
        """What is left to pay by what is entered."""
        return Decimal(0) if self.voided_on or self.written_off_on else self.owed_before_write_off()

    def owed_before_write_off(self) -> Decimal:
        """The total less what money and credits have settled."""
        paid = sum((payment.applied for payment in self.payments), Decimal(0))
        return self.total - paid - sum((credit.applied for credit in self.credits), Decimal(0))


@dataclasses.dataclass
class DemoPayment:
    """Money for one invoice: pending while `succeeded_on` and `failed_on` are empty."""

    reference: str
    amount: Decimal
    applied: Decimal
    initiated_on: dt.date
    succeeded_on: dt.date | None
    failed_on: dt.date | None = None
    method: str = "bank transfer"


@dataclasses.dataclass
class DemoCredit:
    """A credit note; what is not applied to its invoice stays as credit of the customer."""

    number: str
    issued_on: dt.date
    total: Decimal
    applied: Decimal
    description: str


@dataclasses.dataclass(frozen=True)
class DemoHold:
    """A reason not to chase one invoice, or a whole customer."""

    customer: DemoCustomer
    invoice: DemoInvoice | None
    reason: str
    starts_on: dt.date
    ends_on: dt.date | None
    note: str


@dataclasses.dataclass(frozen=True)
class DemoBook:
    customers: list[DemoCustomer]
    invoices: list[DemoInvoice]
    holds: list[DemoHold]


def invent_book(*, today: dt.date, seed: int = SEED, customers: int = CUSTOMERS) -> DemoBook:
    """24 months of invoices that end on `today`. The same arguments give the same book."""
    dice = random.Random(f"dunwell-demo-{seed}")  # noqa: S311 - a story, not a secret
    people = invent_customers(dice, customers)
    invoices = [invoice for customer in people for invoice in _orders(dice, customer, today)]
    invoices.sort(key=lambda invoice: (invoice.issued_on, invoice.customer.number))
    for position, invoice in enumerate(invoices, 1):
        invoice.number = f"QB-{invoice.issued_on.year}-{position:05d}"
    _pay(dice, invoices, today)
    _correct(dice, invoices, today)
    return DemoBook(customers=people, invoices=invoices, holds=_holds(dice, invoices, today))


def _orders(dice: random.Random, customer: DemoCustomer, today: dt.date) -> list[DemoInvoice]:
    """What this customer was billed: from a first order on, some of them not up to today."""
    first_day = today - dt.timedelta(days=round(MONTHS * 30.4) - 1)
    begins = first_day + dt.timedelta(days=int(dice.triangular(0, 640, 60)))
    ends = today if dice.random() < 0.8 else begins + dt.timedelta(days=dice.randrange(60, 500))
    second_currency = dice.random() < 0.04
    invoices: list[DemoInvoice] = []
    day = begins
    while day <= min(ends, today):
        if day.isoweekday() < 6:
            currency = "USD" if second_currency and dice.random() < 0.4 else customer.region.currency
            invoices.append(_order(dice, customer, day, currency))
        day += dt.timedelta(days=max(2, round(dice.expovariate(customer.orders_a_month / 30.4))))
    return invoices


def _order(dice: random.Random, customer: DemoCustomer, day: dt.date, currency: str) -> DemoInvoice:
    service = dice.choices(SERVICES, weights=[service.weight for service in SERVICES])[0]
    quantity = dice.randint(*service.quantity)
    price = Decimal(round(dice.triangular(*service.price) * customer.size / 5) * 5)
    total = max(quantity * price, Decimal(40))
    if customer.region.country == "GB":
        total = total * Decimal("1.20")  # with VAT
    return DemoInvoice(
        customer=customer,
        number="",
        issued_on=day,
        due_on=day + dt.timedelta(days=customer.terms_days),
        currency=currency,
        total=total.quantize(CENT),
        description=service.text.format(n=quantity, month=f"{day:%B %Y}"),
    )


def _pay(dice: random.Random, invoices: list[DemoInvoice], today: dt.date) -> None:
    """Each customer pays by habit; what would be paid after today is still open."""
    for position, invoice in enumerate(invoices, 1):
        delay = _days_late(dice, invoice.customer.habit, invoice, today)
        if delay is None:
            continue
        pays_on = _bank_day(max(invoice.due_on + dt.timedelta(days=delay), invoice.issued_on))
        method = dice.choices(("bank transfer", "card", "PayPal"), weights=(70, 18, 12))[0]
        amounts = [invoice.total]
        if invoice.total > 400 and dice.random() < 0.05:  # in two parts, the second one later
            first = (invoice.total * dice.choice((Decimal("0.5"), Decimal("0.6"), Decimal("0.3")))).quantize(CENT)
            amounts = [first, invoice.total - first]
        for part, amount in enumerate(amounts):
            day = _bank_day(pays_on + dt.timedelta(days=part * dice.randrange(9, 35)))
            if day > today:
                continue
            overpaid = Decimal(dice.choice((10, 20, 50, 100))) if dice.random() < 0.006 else Decimal(0)
            payment = DemoPayment(f"P{position:05d}-{part + 1}", amount + overpaid, amount, day, day, method=method)
            invoice.payments.append(payment)


def _days_late(dice: random.Random, habit: Habit, invoice: DemoInvoice, today: dt.date) -> int | None:
    """Days between the due date and the payment, negative for early; nothing for what is never paid."""
    chance = dice.random()
    late = int(dice.triangular(2, 34, 8))
    very_late = int(dice.triangular(12, 95, 28))
    early = -int(dice.triangular(0, invoice.customer.terms_days, 2))
    if habit is Habit.NEVER:
        gave_up = today - dt.timedelta(days=int(dice.triangular(45, 200, 90)))
        return late if invoice.due_on < gave_up else None
    if chance > 0.996:
        return None  # lost on somebody's desk
    if habit is Habit.EARLY:
        return min(early, -2)
    if habit is Habit.ON_TIME:
        return early if chance < 0.95 else 1 + late // 6
    if habit is Habit.NOW_AND_THEN_LATE:
        return early if chance < 0.78 else late
    if habit is Habit.REGULARLY_LATE:
        return late if chance < 0.82 else early
    return very_late if chance < 0.9 else late


def _correct(dice: random.Random, invoices: list[DemoInvoice], today: dt.date) -> None:
    """Credit notes, payments on their way or failed, voids, write-offs and drafts."""
    for position, invoice in enumerate(invoices, 1):
        age = (today - invoice.issued_on).days
        chance = dice.random()
        if age > 8 and chance < 0.022:
            _credit(dice, invoice, position, today)
        elif age > 20 and chance < 0.026:
            invoice.payments, invoice.voided_on = [], invoice.issued_on + dt.timedelta(days=dice.randrange(1, 15))
        elif (today - invoice.due_on).days > 240 and invoice.balance() > 0 and chance < 0.5:
            invoice.written_off_on = invoice.due_on + dt.timedelta(days=210)
        elif invoice.balance() == invoice.total and age > 3 and chance > 0.95:
            started = today - dt.timedelta(days=dice.randrange(0, 3))
            failed = started if chance > 0.99 else None
            method = "direct debit" if failed else "bank transfer"
            payment = DemoPayment(f"P{position:05d}-9", invoice.total, Decimal(0), started, None, failed, method)
            invoice.payments.append(payment)
        elif age <= 2 and chance < 0.25:
            invoice.is_draft, invoice.payments = True, []


def _credit(dice: random.Random, invoice: DemoInvoice, position: int, today: dt.date) -> None:
    """A link was taken down, an article came late: part of the price is given back."""
    latest = max((payment.initiated_on for payment in invoice.payments), default=invoice.issued_on)
    issued_on = min(latest + dt.timedelta(days=dice.randrange(1, 12)), today)
    total = (invoice.total * Decimal(dice.choice((10, 15, 25, 40))) / 100).quantize(CENT)
    reason = dice.choice(("Link removed", "Placement not live", "Article delivered late", "Goodwill"))
    credit = DemoCredit(
        f"QC-{position:05d}", issued_on, total, min(total, invoice.balance()), f"{reason}: {invoice.description}"
    )
    invoice.credits.append(credit)


def _holds(dice: random.Random, invoices: list[DemoInvoice], today: dt.date) -> list[DemoHold]:
    """A few open debts are not chased, for reasons of all kinds."""
    overdue = [
        invoice for invoice in invoices if not invoice.is_draft and invoice.balance() > 0 and invoice.due_on < today
    ]
    stories = (
        ("dispute", -6, None, "Says two of the placements are not live; asked the editor for the URLs."),
        ("dispute", -15, None, "Disputes the number of links in the order."),
        ("dispute", -2, None, "Wants a credit for a removed link before paying."),
        ("dispute", -9, None, "Purchase order number missing; corrected invoice sent."),
        ("promise", -4, 6, "Promised by phone to pay next week."),
        ("promise", -1, 10, "Their payment run is at the end of the month."),
        ("manual", -3, 14, "Account manager asked for two quiet weeks."),
        ("legal", -40, None, "Handed over to the lawyers."),
        ("insolvency", -25, None, "Insolvency proceedings opened; claim filed."),
    )
    of_the_whole_customer = {"manual", "legal", "insolvency"}
    chosen = dice.sample(overdue, min(len(stories), len(overdue)))
    return [
        DemoHold(
            customer=invoice.customer,
            invoice=None if reason in of_the_whole_customer else invoice,
            reason=reason,
            starts_on=today + dt.timedelta(days=begins),
            ends_on=today + dt.timedelta(days=ends) if ends else None,
            note=note,
        )
        for invoice, (reason, begins, ends, note) in zip(chosen, stories, strict=False)
    ]


def _bank_day(day: dt.date) -> dt.date:
    """Money arrives Monday to Friday."""
    return day + dt.timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)
