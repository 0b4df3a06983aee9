"""Anything may happen in any order: after each step what must always be true is true, on every channel.

Imports, payments, refunds, holds, policy edits, limits, addresses, consents, opt-outs, preferred channels, accounts
that come and go; mails, SMS, letters of two kinds, calls and internal tasks; passes and senders that overlap in threads
and processes, whose clock is an hour off, and that die between two statements, while sending, or by kill -9. Beside it
stands an organization that nobody may touch.
DUNWELL_TORTURE_SECONDS makes it go on for so long, each round from another seed, and print what it did.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis
import pghistory
import psycopg
import pytest
from django.db import Error, connection
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from dunwell.followup.services.compose import compose
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Customer
from dunwell.workflows.dispatch import dispatch_organization
from dunwell.workflows.run import run_organization
from tests import invariants, tenants, worlds
from tests.arrivals import arrivals, letter_arrivals, posted, sms_arrivals
from tests.concurrency.together import at_the_same_time
from tests.crashes import crash_at_statement, everybody_is_thrown_out, leases_run_out
from tests.invariants import DAY
from tests.messaging.lob_server import LobServer
from tests.messaging.smtp_server import SmtpServer
from tests.messaging.twilio_server import BASE, TwilioServer
from tests.scenarios import after_a_pass, hands
from tests.scenarios.after_a_pass import PastDays
from tests.scenarios.elsewhere import PassElsewhere
from tests.scenarios.hands import CHANNELS, Hands
from tests.scenarios.happenings import CUSTOMERS, Event, Happenings, any_event, apt_event
from tests.scenarios.story import Story, make_chasing_organization
from tests.worlds import TODAY

TORTURE_SECONDS = float(os.environ.get("DUNWELL_TORTURE_SECONDS", "0"))
_slugs = itertools.count(1)


events = st.lists(any_event, max_size=3)
surely = st.builds(lambda apt, more: [apt, *more], apt_event, st.lists(any_event, max_size=3))
morning = st.sampled_from(["pass", "pass", "pass", "overlap", "processes", "crash", "disturbed", "nothing"])
later = st.sampled_from(
    ["send", "send", "pass", "print", "print", "overlap", "processes", "crash", "crash_sending", "disturbed", "nothing"]
    + (["killed"] if TORTURE_SECONDS else [])  # a new process takes seconds
)
# By step of the default policy: each channel has one, or most go by mail. What has no sender is drawn as well
ways = st.permutations(CHANNELS) | st.lists(
    st.sampled_from(["email", "email", "email", *CHANNELS]), min_size=5, max_size=5
)
reached = st.tuples(*[st.sampled_from(["all", "all", "all", "mail", "paper", "nothing"])] * CUSTOMERS)
clock_off = st.sampled_from([0, 0, 0, -1, 1])


class Chasing(Happenings, RuleBasedStateMachine):
    """One organization, three customers, servers with accidents, and people who change facts all the time.

    A step is a day: what happens before the morning's pass, between it and the opening of the window, and later.
    """

    elsewhere: tuple[PassElsewhere, PassElsewhere]
    did: Counter[str] = Counter()

    @initialize(
        far=st.booleans(),
        hourly=st.sampled_from([None, None, 1, 3]),
        ways=ways,
        reached=reached,
        preferred=st.sampled_from(["", "", "sms", "letter"]),
        sms=st.sampled_from(["SMS", "SMS", "SMS", "no SMS"]),
        letters=st.sampled_from(["print", "print", "print", "Lob", "no letters"]),
    )
    def begin(
        self,
        far: bool,
        hourly: int | None,
        ways: list[str],
        reached: tuple[str, ...],
        preferred: str,
        sms: str,
        letters: str,
    ) -> None:
        self.person = worlds.make_user()
        with pghistory.context(user=self.person.pk):
            limits = {"hourly_limit": hourly}
            organization = make_chasing_organization(self.smtp, f"northlight-{next(_slugs)}", settings=limits)
            self.story = Story(organization, self.smtp)
            self.hands = Hands(organization, self.person)
            self.past = PastDays(organization)
            self.seen: set[str] = set()
            self.tried = Counter()
            self.before = (len(self.smtp.taken), len(self.twilio.taken), len(self.lob.letters))
            self.day = TODAY - DAY
            self.at = dt.time(7)
            hands.set_up(organization, sms)
            hands.set_up(organization, letters)
            zones = ["", "", "Pacific/Auckland" if far else ""]
            self.customers = [worlds.make_customer(organization, time_zone=zone) for zone in zones]
            for number, (customer, how) in enumerate(zip(self.customers, reached, strict=True)):
                hands.reach(customer, how, number)
                # Each is at another step
                worlds.make_invoice(customer, due_on=TODAY - (1, 4, 9)[number] * DAY)
            Customer.objects.filter(pk=self.customers[0].pk).update(preferred_channel=preferred)
            for place, way in enumerate(ways):
                self._edits_policy(0, place, way)
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
                    self._happens(self._apt(event) if event.kind == "apt" else event)
                self.did["events"] += 1
            # A worker whose clock is off believes what it shows
            self.at = at.replace(hour=at.hour + off)
            self._does(does, crash_at)
        self.at = dt.time(20, 30)  # morning in Auckland
        self._does("send", 0)
        assert tenants.fingerprint(self.bystander) == self.untouched, "another organization was touched"
        tenants.history_is_complete(self.story.organization)
        self.past.check(self.day)
        self.past.note(self.day)

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.smtp.script.by_recipient.clear()
            self.twilio.script.by_number.clear()
            self.lob.script.does.clear()
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
            after_a_pass.the_worklist_is_right(organization, self.day)
            after_a_pass.the_channel_is_right(organization)
            after_a_pass.sums_of_the_book(organization)
        elif what == "overlap":
            at_the_same_time(lambda: self._pass(now), lambda: self._pass(now), lambda: self._send(now))
        elif what == "processes":
            self._passes_elsewhere(now)
        elif what == "killed":
            self._kill(now, crash_at)
        elif what == "print":
            self.hands.prints(self.day, now)
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
        self._check(as_of=self.day if what == "pass" else None)

    def _check(self, *, as_of: dt.date | None = None) -> None:
        """All that arrived since the round began; what is new is judged by the facts of now."""
        mails, texts, letters = self.before
        arrived = [
            *arrivals(self.smtp.taken[mails:]),
            *sms_arrivals(self.twilio.taken[texts:]),
            *letter_arrivals(self.lob.letters[letters:]),
            *posted(self.story.organization),
        ]
        for arrival in arrived:
            if arrival.name not in self.seen:
                self.did["messages"] += 1
                self.did[arrival.notice.channel] += 1
        self.seen = invariants.check(self.story.organization, arrived, as_of=as_of, seen=self.seen)

    def _pass(self, now: dt.datetime) -> None:
        run_organization(self.story.organization, as_of=self.day, now=now)
        self.did["runs"] += 1

    def _send(self, now: dt.datetime) -> None:
        dispatch_organization(self.story.organization, clock=lambda: now, worker="machine")

    def _passes_elsewhere(self, now: dt.datetime) -> None:
        """Two passes in processes of their own, while somebody sends here."""
        for process in self.elsewhere:
            process.begin(self.story.organization, as_of=self.day, now=now)
        self._send(now)
        for process in self.elsewhere:
            process.end()
        self.did["runs"] += 2
        self.did["processes"] += 2

    def _kill(self, now: dt.datetime, hundredths: int) -> None:
        """kill -9 of a pass somewhere in its second. Its leases run out."""
        process = self.elsewhere[0]
        process.begin(self.story.organization, as_of=self.day, now=now)
        time.sleep(hundredths / 100)
        process.kill()
        time.sleep(0.05)  # what it had sent to a server arrives
        leases_run_out()
        self.did["crashes"] += 1
        self.did["kills"] += 1

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


PROFILE = profile(
    max_examples=8 if TORTURE_SECONDS else 4,
    stateful_step_count=12 if TORTURE_SECONDS else 8,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink] if TORTURE_SECONDS else [Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=not TORTURE_SECONDS,
)


@pytest.fixture
def machine(transactional_db: None, smtp: SmtpServer, settings: Any) -> Iterator[type[Chasing]]:
    Chasing.smtp, Chasing.twilio, Chasing.lob = smtp, TwilioServer(), LobServer()
    Chasing.twilio.start()
    settings.TWILIO_API, settings.LOB_API = Chasing.twilio.address, Chasing.lob.url
    settings.BASE_URL, settings.ALLOWED_HOSTS = BASE, ["*"]
    Chasing.elsewhere = PassElsewhere(), PassElsewhere()
    yield Chasing
    for process in Chasing.elsewhere:
        process.kill()
    Chasing.twilio.stop()
    Chasing.lob.stop()


def test_whatever_happens_the_invariants_hold(machine: type[Chasing]) -> None:
    run_state_machine_as_test(machine, settings=PROFILE)
    assert machine.did["days"] > 25


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
        names = (
            *("rounds", "days", "steps", "events", "imports", "runs", "processes", "crashes", "kills", "messages"),
            *("email", "sms", "letter", "calls", "violations"),
        )
        print("torture:", ", ".join(f"{did[name]} {name}" for name in names))
