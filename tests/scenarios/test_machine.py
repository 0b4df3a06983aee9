"""Anything may happen in any order: after each step what must always be true is true.

DUNWELL_TORTURE_SECONDS makes it go on for so long, each round from another seed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import time
from dataclasses import dataclass
from decimal import Decimal

import hypothesis
import pytest
from django.db import Error, connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from dunwell.followup.models import Notice, NoticeState
from dunwell.followup.services.compose import compose
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Allocation, Customer, Hold, Invoice, Payment, WriteOff
from dunwell.workflows.dispatch import dispatch_organization
from dunwell.workflows.run import run_organization
from tests import invariants, worlds
from tests.crashes import crash_at_statement, leases_run_out
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story, make_chasing_organization
from tests.worlds import TODAY

TORTURE_SECONDS = float(os.environ.get("DUNWELL_TORTURE_SECONDS", "0"))
ACCIDENTS = ("rcpt-4", "rcpt-5", "rcpt-unknown", "data-4", "end-4", "end-5", "drop-data", "drop-dot", "drop-end")
CUSTOMERS = 3
_slugs = itertools.count(1)


@dataclass(frozen=True)
class Event:
    """Something that happens to one customer; what the numbers mean is the event's own business."""

    kind: str
    who: int
    number: int
    yes: bool
    currency: str


event = st.builds(
    Event,
    kind=st.sampled_from(
        ["invoice", "credit", "payment", "bounce", "hold", "release", "due_date", "give_up", "accident", "leases"]
    ),
    who=st.integers(0, CUSTOMERS - 1),
    number=st.integers(0, 11),
    yes=st.booleans(),
    currency=st.sampled_from(["EUR", "USD"]),
)
events = st.lists(event, max_size=2)
surely = st.lists(event, min_size=1, max_size=3)
morning = st.sampled_from(["pass", "pass", "pass", "crash", "disturbed", "nothing"])
later = st.sampled_from(["send", "send", "pass", "crash", "disturbed", "nothing"])


class Chasing(RuleBasedStateMachine):
    """One organization, three customers, a mail server with accidents, and people who change facts all the time.

    A step is a day: what happens before the morning's pass, between it and the opening of the window, and later.
    """

    smtp: SmtpServer  # set by the test

    @initialize(far=st.booleans())
    def begin(self, far: bool) -> None:
        organization = make_chasing_organization(self.smtp, f"northlight-{next(_slugs)}")
        self.story = Story(organization, self.smtp)
        self.before = len(self.smtp.taken)
        self.day = TODAY - DAY
        self.at = dt.time(7)
        zones = ["", "", "Pacific/Auckland" if far else ""]
        self.customers = [worlds.make_customer(organization, time_zone=zone) for zone in zones]
        for customer in self.customers:
            worlds.make_invoice(customer, due_on=TODAY - DAY)

    @rule(
        days=st.sampled_from([1, 1, 1, 3]),
        before=events,
        first=morning,
        crash_at=st.integers(1, 70),
        between=surely,
        second=later,
        afternoon=events,
        third=later,
    )
    def a_day(
        self,
        days: int,
        before: list[Event],
        first: str,
        crash_at: int,
        between: list[Event],
        second: str,
        afternoon: list[Event],
        third: str,
    ) -> None:
        self.day += days * DAY
        slots = ((dt.time(7), before, first), (dt.time(9, 30), between, second), (dt.time(15), afternoon, third))
        for at, happens, does in slots:
            for event in happens:
                self._happens(event)
            self.at = at
            self._does(does, crash_at)
        self.at = dt.time(20, 30)  # morning in Auckland
        self._does("send", 0)

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.smtp.script.by_recipient.clear()
            self.at = dt.time(20, 30)
            self._does("pass", 0)

    # What the organization does

    def _does(self, what: str, crash_at: int) -> None:
        organization = self.story.organization
        now = self.story.moment(self.day, self.at)
        if what == "pass":
            run_organization(organization, as_of=self.day, now=now)
            invariants.nothing_planned_is_forgotten(organization)
        elif what == "crash":
            with crash_at_statement(crash_at):
                try:
                    run_organization(organization, as_of=self.day, now=now, send=False)
                except Error:
                    connection.close()
        elif what == "disturbed":
            this, sender, texts = self.story.begin(self.day, self.at)
            prepare(this)
            self._happens(Event("hold", crash_at % CUSTOMERS, crash_at % 3, yes=True, currency="EUR"))
            compose(this, None, sender, texts)
        elif what == "send":
            dispatch_organization(organization, clock=lambda: now, worker="machine")
        taken = self.smtp.taken[self.before :]
        new = len(taken) - self.story.checked
        invariants.check(organization, taken, as_of=self.day if what == "pass" else None, new=new)
        self.story.checked = len(taken)

    # What happens to it

    def _happens(self, event: Event) -> None:
        customer = self._somebody(event.who)
        amount = Decimal(10 * (event.number + 1))
        invoice = Invoice.objects.filter(customer=customer, balance__gt=0).order_by("due_on", "id").first()
        if event.kind == "invoice":
            due_on = self.day + (event.number - 8) * 2 * DAY
            worlds.make_invoice(customer, due_on=due_on, total=amount, currency=event.currency)
        elif event.kind == "credit":
            worlds.make_payment(customer, amount, on=self.day, currency=event.currency)
        elif event.kind == "bounce":
            self._bounce(customer)
        elif event.kind == "release":
            Hold.objects.filter(customer=customer, released_on=None, starts_on__lte=self.day).update(
                released_on=self.day
            )
        elif event.kind == "accident":
            self.smtp.will(customer.contacts.get().email, ACCIDENTS[event.number % len(ACCIDENTS)])
        elif event.kind == "leases":
            leases_run_out()
        elif invoice is not None:
            self._happens_to(invoice, event, amount)

    def _somebody(self, who: int) -> Customer:
        """One of those to whom something is on its way, if there are any: there it matters."""
        queued = Notice.objects.filter(organization=self.story.organization, state=NoticeState.QUEUED)
        waiting = sorted(set(queued.values_list("customer_id", flat=True)))
        chosen = [customer for customer in self.customers if customer.pk in waiting] or self.customers
        return chosen[who % len(chosen)]

    def _happens_to(self, invoice: Invoice, event: Event, amount: Decimal) -> None:
        customer = invoice.customer
        if event.kind == "payment":
            paid = {} if event.yes else {"succeeded_on": None}
            worlds.make_payment(customer, amount, on=self.day, towards=invoice, currency=invoice.currency, **paid)
        elif event.kind == "hold":
            starts_on = self.day + event.number % 4 * DAY
            ends_on = starts_on + (event.number % 3 + 1) * DAY if event.yes else None
            target = invoice if event.number > 5 else None
            worlds.make_hold(customer, invoice=target, starts_on=starts_on, ends_on=ends_on)
        elif event.kind == "due_date":
            due_on = max(invoice.issued_on, invoice.due_on + (event.number - 4) * 2 * DAY)
            Invoice.objects.filter(pk=invoice.pk).update(due_on=due_on)
        elif event.yes:
            Invoice.objects.filter(pk=invoice.pk).update(voided_on=self.day)
        else:
            WriteOff.objects.create(
                organization=self.story.organization,
                invoice=invoice,
                amount=invoice.balance,
                written_off_on=self.day,
            )

    def _bounce(self, customer: Customer) -> None:
        payment = Payment.objects.filter(customer=customer, failed_on=None).order_by("-id").first()
        if payment is not None:
            Allocation.objects.filter(payment=payment, reversed_on=None).update(reversed_on=self.day)
            Payment.objects.filter(pk=payment.pk).update(failed_on=self.day)


PROFILE = settings(
    max_examples=8,
    stateful_step_count=12,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink] if TORTURE_SECONDS else [Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=not TORTURE_SECONDS,
)


@pytest.fixture
def machine(transactional_db: None, smtp: SmtpServer) -> type[Chasing]:
    Chasing.smtp = smtp
    return Chasing


def test_whatever_happens_the_invariants_hold(machine: type[Chasing]) -> None:
    run_state_machine_as_test(machine, settings=PROFILE)


@pytest.mark.skipif(not TORTURE_SECONDS, reason="DUNWELL_TORTURE_SECONDS is not set")
def test_for_as_long_as_you_like(machine: type[Chasing]) -> None:
    until = time.monotonic() + TORTURE_SECONDS
    while time.monotonic() < until:
        seed = random.randrange(2**32)
        print("seed", seed)
        hypothesis.seed(seed)(machine)
        run_state_machine_as_test(machine, settings=PROFILE)
