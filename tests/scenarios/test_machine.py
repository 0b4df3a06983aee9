"""Anything may happen in any order: after each step what must always be true is true.

Imports, payments, refunds, holds, policy edits, limits; passes and senders that overlap, whose clock is an hour off,
and that die between two statements or while sending. Beside it stands an organization that nobody may touch.
DUNWELL_TORTURE_SECONDS makes it go on for so long, each round from another seed, and print what it did.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import hypothesis
import pghistory
import psycopg
import pytest
from django.db import Error, connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from dunwell.followup.models import DunningPolicy, Notice, NoticeState
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services.compose import compose
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.services import import_file
from dunwell.ledger.models import Allocation, Customer, Hold, Invoice, Payment, WriteOff
from dunwell.organizations.models import OrganizationSettings
from dunwell.workflows.dispatch import dispatch_organization
from dunwell.workflows.run import run_organization
from tests import invariants, tenants, worlds
from tests.concurrency.together import at_the_same_time
from tests.crashes import crash_at_statement, everybody_is_thrown_out, leases_run_out
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
        [
            "invoice",
            "import",
            "credit",
            "payment",
            "bounce",
            "refund",
            "hold",
            "release",
            "due_date",
            "give_up",
            "policy",
            "run_limit",
            "accident",
            "leases",
        ]
    ),
    who=st.integers(0, CUSTOMERS - 1),
    number=st.integers(0, 11),
    yes=st.booleans(),
    currency=st.sampled_from(["EUR", "USD"]),
)
events = st.lists(event, max_size=2)
surely = st.lists(event, min_size=1, max_size=3)
morning = st.sampled_from(["pass", "pass", "overlap", "crash", "disturbed", "nothing"])
later = st.sampled_from(["send", "send", "pass", "overlap", "crash", "crash_sending", "disturbed", "nothing"])
clock_off = st.sampled_from([0, 0, 0, -1, 1])


class Chasing(RuleBasedStateMachine):
    """One organization, three customers, a mail server with accidents, and people who change facts all the time.

    A step is a day: what happens before the morning's pass, between it and the opening of the window, and later.
    """

    smtp: SmtpServer  # set by the test
    did: Counter[str] = Counter()

    @initialize(far=st.booleans(), hourly=st.sampled_from([None, None, 1, 3]))
    def begin(self, far: bool, hourly: int | None) -> None:
        self.person = worlds.make_user()
        with pghistory.context(user=self.person.pk):
            limits = {"hourly_limit": hourly}
            organization = make_chasing_organization(self.smtp, f"northlight-{next(_slugs)}", settings=limits)
            self.story = Story(organization, self.smtp)
            self.before = len(self.smtp.taken)
            self.day = TODAY - DAY
            self.at = dt.time(7)
            zones = ["", "", "Pacific/Auckland" if far else ""]
            self.customers = [worlds.make_customer(organization, time_zone=zone) for zone in zones]
            for customer in self.customers:
                worlds.make_invoice(customer, due_on=TODAY - DAY)
            self.bystander = make_chasing_organization(self.smtp, f"southwind-{next(_slugs)}")
            worlds.make_invoice(worlds.make_customer(self.bystander), due_on=TODAY - DAY)
        run_organization(self.bystander, as_of=TODAY, now=self.story.moment(TODAY), send=False)
        self.untouched = tenants.fingerprint(self.bystander)
        self.did["rounds"] += 1

    @rule(
        days=st.sampled_from([1, 1, 1, 3]),
        before=events,
        first=morning,
        crash_at=st.integers(1, 70),
        between=surely,
        second=later,
        afternoon=events,
        third=later,
        off=clock_off,
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
        off: int,
    ) -> None:
        self.day += days * DAY
        self.did["days"] += 1
        slots = ((dt.time(7), before, first), (dt.time(9, 30), between, second), (dt.time(15), afternoon, third))
        for at, happens, does in slots:
            for event in happens:
                with pghistory.context(user=self.person.pk):
                    self._happens(event)
                self.did["events"] += 1
            # A worker whose clock is off believes what it shows
            self.at = at.replace(hour=at.hour + off)
            self._does(does, crash_at)
        self.at = dt.time(20, 30)  # morning in Auckland
        self._does("send", 0)
        assert tenants.fingerprint(self.bystander) == self.untouched, "another organization was touched"
        tenants.history_is_complete(self.story.organization)

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.smtp.script.by_recipient.clear()
            self.at = dt.time(20, 30)
            self._does("pass", 0)

    # What the organization does

    def _does(self, what: str, crash_at: int) -> None:
        organization = self.story.organization
        now = self.story.moment(self.day, self.at)
        self.did["steps"] += 1
        if what == "pass":
            self._pass(now)
            invariants.nothing_planned_is_forgotten(organization)
        elif what == "overlap":
            at_the_same_time(lambda: self._pass(now), lambda: self._pass(now), lambda: self._send(now))
        elif what == "crash":
            with crash_at_statement(crash_at):
                try:
                    run_organization(organization, as_of=self.day, now=now, send=False)
                except Error:
                    connection.close()
                    self.did["crashes"] += 1
        elif what == "crash_sending":
            self._crash_sending(now, crash_at % 3 + 1)
        elif what == "disturbed":
            this, sender, texts = self.story.begin(self.day, self.at)
            prepare(this)
            with pghistory.context(user=self.person.pk):
                self._happens(Event("hold", crash_at % CUSTOMERS, crash_at % 3, yes=True, currency="EUR"))
            compose(this, None, sender, texts)
        elif what == "send":
            self._send(now)
        taken = self.smtp.taken[self.before :]
        new = len(taken) - self.story.checked
        invariants.check(organization, taken, as_of=self.day if what == "pass" else None, new=new)
        self.story.checked = len(taken)
        self.did["messages"] += new

    def _pass(self, now: dt.datetime) -> None:
        run_organization(self.story.organization, as_of=self.day, now=now)
        self.did["runs"] += 1

    def _send(self, now: dt.datetime) -> None:
        dispatch_organization(self.story.organization, clock=lambda: now, worker="machine")

    def _crash_sending(self, now: dt.datetime, mails: int) -> None:
        """Senders lose their sessions when so many mails have begun to arrive, and their leases run out."""
        begun = self.smtp.events.transactions
        self.smtp.events.delay = 0.02
        try:
            with everybody_is_thrown_out(lambda: self.smtp.events.transactions >= begun + mails):
                self._send(now)
        except (Error, psycopg.Error):
            self.did["crashes"] += 1
        finally:
            self.smtp.events.delay = 0
        leases_run_out()

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
        elif event.kind in ("bounce", "refund"):
            self._takes_back(customer, event.kind)
        elif event.kind == "import":
            self._imports(customer, event, amount)
        elif event.kind == "policy":
            self._edits_policy(event.number % 4)
        elif event.kind == "run_limit":
            OrganizationSettings.objects.filter(organization=self.story.organization).update(
                run_limit=event.number if event.number in (1, 2) else None
            )
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

    def _takes_back(self, customer: Customer, how: str) -> None:
        """A payment bounces, or is given back: what it had settled is open again."""
        payments = Payment.objects.filter(customer=customer, failed_on=None, refunded_on=None)
        payment = payments.exclude(succeeded_on=None).order_by("-id").first()
        if payment is not None:
            Allocation.objects.filter(payment=payment, reversed_on=None).update(reversed_on=self.day)
            changed = {"failed_on": self.day} if how == "bounce" else {"refunded_on": self.day}
            Payment.objects.filter(pk=payment.pk).update(**changed)

    def _imports(self, customer: Customer, event: Event, amount: Decimal) -> None:
        """A file names a new invoice of this customer, one of yesterday's file again, and a row that is no good."""
        due_on = self.day + (event.number - 8) * 2 * DAY
        numbers = sorted(Invoice.objects.filter(customer=customer).values_list("number", flat=True))[-1:]
        rows = [
            f"{customer.name},{number},{due_on - 30 * DAY},{due_on},{amount},{event.currency}"
            for number in (f"F-{self.did['events']}", *(numbers if event.yes else []))
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "book.csv"
            head = "customer,invoice number,invoice date,due date,amount,currency"
            path.write_text("\n".join((head, *rows, "nobody,X,never,,,")) + "\n")
            chosen = Mapping(scope="adds")
            facts = look_at(path, encoding=chosen.encoding, delimiter=chosen.delimiter)
            inspection = inspect(facts, mapping=chosen, base_currency="EUR")
            now = self.story.moment(self.day, self.at)
            with contextlib.suppress(ImportRefusedError):
                import_file(
                    organization=self.story.organization,
                    inspection=inspection,
                    as_of=self.day,
                    now=now,
                    actor=self.person.pk,
                )
                self.did["imports"] += 1

    def _edits_policy(self, shift: int) -> None:
        """Every step but the first moves by some days: the next version of the policy."""
        policy = DunningPolicy.objects.get(organization=self.story.organization, is_default=True)
        draft = current_draft(policy)
        offsets = (-3, 0, 3 + shift, 7 + shift, 14 + shift)
        steps = tuple(
            dataclasses.replace(step, offset_days=offset) for step, offset in zip(draft.steps, offsets, strict=True)
        )
        save_policy(
            organization=self.story.organization, draft=dataclasses.replace(draft, steps=steps), policy_id=policy.pk,
            by=self.person,
        )  # fmt: skip


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
    assert machine.did["days"] > 50


@pytest.mark.skipif(not TORTURE_SECONDS, reason="DUNWELL_TORTURE_SECONDS is not set")
def test_for_as_long_as_you_like(machine: type[Chasing]) -> None:
    until = time.monotonic() + TORTURE_SECONDS
    machine.did.clear()
    try:
        while time.monotonic() < until:
            seed = random.randrange(2**32)
            print("seed", seed)
            hypothesis.seed(seed)(machine)
            run_state_machine_as_test(machine, settings=PROFILE)
    except BaseException:
        machine.did["violations"] += 1
        raise
    finally:
        did = machine.did
        names = ("rounds", "days", "steps", "events", "imports", "runs", "crashes", "messages", "violations")
        print("torture:", ", ".join(f"{did[name]} {name}" for name in names))
