"""A replay lives through its days in a copy of its own: the live book is neither locked nor written."""

from __future__ import annotations

import datetime as dt
import random
import threading

import pytest
from django.db import connection

from dunwell.followup.models import Action, PolicyVersion
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.services.passes import begin
from dunwell.followup.services.policies import HIGH_VALUE_STEPS, save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization
from dunwell.rules.escalation import CatchUp
from dunwell.rules.policies import PolicyDraft
from dunwell.workflows.replay import replay
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db(transaction=True)
LOCKS = """
SELECT lock.mode, coalesce(relation.relname, lock.locktype)
  FROM pg_locks AS lock LEFT JOIN pg_class AS relation ON relation.oid = lock.relation
 WHERE lock.pid = pg_backend_pid() AND lock.locktype NOT IN ('virtualxid', 'transactionid')
   AND lock.mode <> 'AccessShareLock' AND coalesce(relation.relpersistence = 'p', true)
   AND coalesce(relation.relnamespace <> 'pg_catalog'::regnamespace, true) AND lock.locktype <> 'object'
"""


@pytest.fixture
def book(organization: Organization, policy: PolicyVersion) -> PolicyVersion:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY - dt.timedelta(days=20))
    worlds.make_payment(customer, 40, on=TODAY - dt.timedelta(days=3), towards=invoice)
    return policy


def test_nothing_of_the_live_book_is_locked(organization: Organization, book: PolicyVersion) -> None:
    """Not by the copy, its days or statistics, nor where steps ask for what an assessment finds."""
    texts = set(MessageTemplate.objects.filter(organization=organization).values_list("key", flat=True))
    steps = tuple(step for step in HIGH_VALUE_STEPS if step.channel == "call" or step.template in texts)
    save_policy(organization=organization, draft=PolicyDraft("High value", steps), by=None)
    found: set[tuple[str, str]] = set()

    def look(day: dt.date) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LOCKS)
            found.update(cursor.fetchall())

    result = replay(organization, first=TODAY - dt.timedelta(days=30), last=TODAY, progress=look)
    assert result.notices
    assert found == set()


def test_a_pass_of_the_live_book_goes_on_meanwhile(organization: Organization, book: PolicyVersion) -> None:
    planned: list[int] = []

    def live() -> None:
        try:
            this = begin(organization, as_of=TODAY, now=worlds.NOW, channels_set_up=("email",))
            planned.append(prepare(this).plan.planned)
        finally:
            connection.close()

    def beside(day: dt.date) -> None:
        if day == TODAY - dt.timedelta(days=5):
            thread = threading.Thread(target=live)
            thread.start()
            thread.join(timeout=30)
            assert not thread.is_alive(), "it waits for the replay"

    replay(organization, first=TODAY - dt.timedelta(days=30), last=TODAY, progress=beside)
    assert planned == [1]
    assert Action.objects.filter(organization=organization, state="planned").count() == 1


def test_the_live_book_is_there_again_afterwards(organization: Organization, book: PolicyVersion) -> None:
    """Also for the statements of a pass on the same connection."""
    for _ in range(2):
        replay(organization, first=TODAY - dt.timedelta(days=30), last=TODAY)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT to_regclass('pg_temp.ledger_invoice'), (SELECT count(*) FROM pg_prepared_statements)"
            )
            assert cursor.fetchone() == (None, 0)
    assert not Action.objects.exists()
    this = begin(organization, as_of=TODAY, now=worlds.NOW, channels_set_up=("email",))
    assert prepare(this).plan.planned == 1


def test_days_off_can_be_passed_over(
    organization: Organization, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due on a day off is found by the business day after it, whatever happens to the invoice meanwhile."""
    chance = random.Random(5)
    for _ in range(8):
        customer = worlds.make_customer(organization)
        for _ in range(3):
            due = TODAY - dt.timedelta(days=chance.randrange(40))
            invoice = worlds.make_invoice(customer, due_on=due, terms_days=chance.choice([0, 5, 30]))
            if chance.random() < 0.6:
                worlds.make_payment(
                    customer, 100, on=due + dt.timedelta(days=chance.randrange(-9, 20)), towards=invoice
                )
            if chance.random() < 0.4:
                worlds.make_hold(customer, starts_on=due, ends_on=due + dt.timedelta(days=chance.randrange(1, 9)))
    first = TODAY - dt.timedelta(days=60)
    for catch_up in CatchUp:
        organization.settings.catch_up = catch_up.value
        organization.settings.save()
        passed_over = replay(organization, first=first, last=TODAY)
        with monkeypatch.context() as patch:
            patch.setattr(PoliciesInForce, "ask_for_facts_of_the_day", True)
            lived = replay(organization, first=first, last=TODAY)
        assert len(lived.notices) > 20
        assert passed_over == lived
