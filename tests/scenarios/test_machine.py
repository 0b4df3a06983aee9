"""Anything may happen in any order: after each step what must always be true is true.

DUNWELL_TORTURE_SECONDS makes it go on for so long, each round from another seed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import time
from decimal import Decimal

import hypothesis
import pytest
from django.db import Error, connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

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
ACCIDENTS = ("rcpt-4", "rcpt-5", "rcpt-unknown", "data-4", "end-4", "end-5", "drop-data", "drop-inside", "drop-end")
CUSTOMERS = 3
_slugs = itertools.count(1)

which = st.integers(0, CUSTOMERS - 1)
amounts = st.integers(1, 12).map(lambda tens: Decimal(tens * 10))


class Chasing(RuleBasedStateMachine):
    """One organization, three customers, a mail server with accidents, and people who change facts all the time."""

    smtp: SmtpServer  # set by the test

    @initialize(approval=st.booleans(), far=st.booleans())
    def begin(self, approval: bool, far: bool) -> None:
        organization = make_chasing_organization(self.smtp, f"northlight-{next(_slugs)}")
        self.story = Story(organization, self.smtp)
        self.before = len(self.smtp.taken)
        self.day = TODAY
        self.at = dt.time(7)
        zones = ["", "", "Pacific/Auckland" if far else ""]
        self.customers = [worlds.make_customer(organization, time_zone=zone) for zone in zones]
        for customer in self.customers:
            worlds.make_invoice(customer, due_on=TODAY - DAY)

    # Facts

    @rule(who=which, due=st.integers(-25, 4), total=amounts, currency=st.sampled_from(["EUR", "USD"]))
    def an_invoice_comes_in(self, who: int, due: int, total: Decimal, currency: str) -> None:
        worlds.make_invoice(self.customers[who], due_on=self.day + due * DAY, total=total, currency=currency)

    @rule(who=which, amount=amounts, currency=st.sampled_from(["EUR", "USD"]))
    def money_that_names_no_invoice(self, who: int, amount: Decimal, currency: str) -> None:
        worlds.make_payment(self.customers[who], amount, on=self.day, currency=currency)

    @rule(who=which, amount=amounts, pending=st.booleans())
    def an_invoice_is_paid(self, who: int, amount: Decimal, pending: bool) -> None:
        invoice = self._open_invoice(who)
        if invoice is not None:
            paid = {"succeeded_on": None} if pending else {}
            worlds.make_payment(
                self.customers[who], amount, on=self.day, towards=invoice, currency=invoice.currency, **paid
            )

    @rule(who=which)
    def the_last_payment_bounces(self, who: int) -> None:
        payment = Payment.objects.filter(customer=self.customers[who], failed_on=None).order_by("-id").first()
        if payment is not None:
            Allocation.objects.filter(payment=payment, reversed_on=None).update(reversed_on=self.day)
            Payment.objects.filter(pk=payment.pk).update(failed_on=self.day)

    @rule(who=which, whole=st.booleans(), days=st.one_of(st.none(), st.integers(1, 6)), starts=st.integers(0, 3))
    def chasing_is_held(self, who: int, whole: bool, days: int | None, starts: int) -> None:
        starts_on = self.day + starts * DAY
        worlds.make_hold(
            self.customers[who],
            invoice=None if whole else self._open_invoice(who),
            starts_on=starts_on,
            ends_on=None if days is None else starts_on + days * DAY,
        )

    @rule(who=which)
    def holds_are_released(self, who: int) -> None:
        Hold.objects.filter(customer=self.customers[who], released_on=None, starts_on__lte=self.day).update(
            released_on=self.day
        )

    @rule(who=which, days=st.integers(-5, 20))
    def a_corrected_file_moves_a_due_date(self, who: int, days: int) -> None:
        invoice = self._open_invoice(who)
        if invoice is not None:
            due_on = max(invoice.issued_on, invoice.due_on + days * DAY)
            Invoice.objects.filter(pk=invoice.pk).update(due_on=due_on)

    @rule(who=which, void=st.booleans())
    def a_debt_is_given_up(self, who: int, void: bool) -> None:
        invoice = self._open_invoice(who)
        if invoice is None:
            return
        if void:
            Invoice.objects.filter(pk=invoice.pk).update(voided_on=self.day)
        else:
            WriteOff.objects.create(
                organization=self.story.organization,
                invoice=invoice,
                amount=invoice.balance,
                written_off_on=self.day,
            )

    @rule(who=which, does=st.sampled_from(ACCIDENTS))
    def the_server_will_have_an_accident(self, who: int, does: str) -> None:
        self.smtp.will(self._address(who), does)

    # Time and passes

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.day += days * DAY
        self.at = dt.time(7)

    @precondition(lambda self: self.at.hour < 20)
    @rule(hours=st.integers(1, 4))
    def hours_pass(self, hours: int) -> None:
        self.at = dt.time(min(self.at.hour + hours, 21))

    @rule(send=st.booleans())
    def a_pass(self, send: bool) -> None:
        run_organization(self.story.organization, as_of=self.day, now=self._now(), send=send)
        invariants.nothing_planned_is_forgotten(self.story.organization)
        self._check(planned=True)

    @rule(what_changes=which)
    def a_pass_in_whose_middle_a_fact_changes(self, what_changes: int) -> None:
        this, sender, texts = self.story.begin(self.day, self.at)
        prepare(this)
        worlds.make_hold(self.customers[what_changes], starts_on=self.day, ends_on=self.day + DAY)
        compose(this, None, sender, texts)
        self._check()

    @rule(statement=st.integers(1, 70))
    def a_pass_that_crashes(self, statement: int) -> None:
        with crash_at_statement(statement):
            try:
                run_organization(self.story.organization, as_of=self.day, now=self._now(), send=False)
            except Error:
                connection.close()
        self._check()

    @rule()
    def a_worker_sends(self) -> None:
        dispatch_organization(self.story.organization, clock=self._now, worker="machine")
        self._check()

    @rule()
    def leases_of_lost_workers_run_out(self) -> None:
        leases_run_out()

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.smtp.script.by_recipient.clear()
            self.a_pass(send=True)

    # Helpers

    def _now(self) -> dt.datetime:
        return self.story.moment(self.day, self.at)

    def _address(self, who: int) -> str:
        customer: Customer = self.customers[who]
        return customer.contacts.get().email

    def _open_invoice(self, who: int) -> Invoice | None:
        return Invoice.objects.filter(customer=self.customers[who], balance__gt=0).order_by("due_on", "id").first()

    def _check(self, *, planned: bool = False) -> None:
        taken = self.smtp.taken[self.before :]
        new = len(taken) - self.story.checked
        invariants.check(self.story.organization, taken, as_of=self.day if planned else None, new=new)
        self.story.checked = len(taken)


PROFILE = settings(
    max_examples=6,
    stateful_step_count=25,
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
