"""Replays and previews live in a copy of their own: the live book is neither locked nor written."""

from __future__ import annotations

import datetime as dt
import random
import threading
from dataclasses import replace

import pytest
from django.db import connection

from dunwell.followup.models import Action, Notice, PolicyVersion
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.services.compose import compose
from dunwell.followup.services.passes import PASS_LOCK, begin
from dunwell.followup.services.policies import HIGH_VALUE_STEPS, save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.previews import preview_catch_up, preview_policy, preview_rules
from dunwell.followup.services.texts import Texts
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization
from dunwell.rules.escalation import CatchUp
from dunwell.rules.policies import PolicyDraft
from dunwell.workflows.replay import replay
from dunwell.workflows.sender import sender_of
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


def standing_steps(organization: Organization) -> dict[int, list[tuple[str, str, str]]]:
    """Of each invoice its steps that stand, as a preview tells of them."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    actions = Action.objects.filter(organization=organization, state__in=("waiting", "planned"))
    for action in actions.select_related("step").order_by("offset_days", "pk"):
        found.setdefault(action.invoice_id, []).append((action.step.name, action.state, action.reason))
    return found


def test_a_preview_only_reads_the_live_book_and_says_what_comes_true(
    organization: Organization, policy: PolicyVersion
) -> None:
    """Notices of it are being written and sent: passes and senders would notice every lock."""
    customers = [worlds.make_customer(organization) for _ in range(6)]
    for number, customer in enumerate(customers):
        for days in (3, 4, 8, 20):
            worlds.make_invoice(customer, due_on=TODAY - dt.timedelta(days=days + number))
    worlds.make_hold(customers[0], starts_on=TODAY - dt.timedelta(days=9))
    sender = sender_of(organization)

    def live(day: dt.date) -> None:
        now = dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC)
        this = begin(organization, as_of=day, now=now, channels_set_up=("email",))
        prepare(this)
        compose(this, None, sender, Texts(organization, sender))

    live(TODAY - dt.timedelta(days=6))
    Notice.objects.update(state="sent", contact_on=TODAY - dt.timedelta(days=6))
    Action.objects.filter(state="planned").update(state="done", done_on=TODAY - dt.timedelta(days=6))
    live(TODAY)
    assert Notice.objects.filter(state="queued").exists()
    this = begin(organization, as_of=TODAY, now=worlds.NOW, channels_set_up=("email",))
    draft = current_draft(policy.policy)
    steps = tuple(replace(step, offset_days=5) if step.name == "Reminder" else step for step in draft.steps)
    moved = PolicyDraft("Standard", steps)
    other = PolicyDraft("Other", (replace(steps[0], lineage=None, offset_days=9, template="reminder", name="Late"),))
    save_policy(organization=organization, draft=other, by=None)
    writer = connection.copy()
    try:
        with writer.cursor() as held, connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = ", ".join(table for (table,) in cursor.fetchall())
            held.execute(f"BEGIN; LOCK TABLE {tables} IN EXCLUSIVE MODE")  # beside it nobody can do more than read
            held.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PASS_LOCK, organization.pk])
            cursor.execute("SET lock_timeout = '2s'")
            change = preview_policy(this, moved, policy_id=policy.policy_id)
            assert preview_rules(this, [RuleDraft("All", "Other", currencies=("EUR",))]).changed
            assert len(preview_catch_up(this)) == 3
            cursor.execute("RESET lock_timeout")
            held.execute("ROLLBACK")
    finally:
        writer.close()
    before = standing_steps(organization)
    save_policy(organization=organization, draft=moved, policy_id=policy.policy_id, by=None)
    planned = prepare(begin(organization, as_of=TODAY, now=worlds.NOW, channels_set_up=("email",))).plan.planned
    after = standing_steps(organization)
    differ = {invoice for invoice in {*before, *after} if before.get(invoice) != after.get(invoice)}
    assert {row.invoice_id for row in change.listed} == differ
    assert (change.changed, change.goes_after) == (len(differ), planned)
    assert differ


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
