"""Several passes at once, killed workers and lost sessions: each notice arrives once, or a person is asked."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection, connections

from dunwell.followup.models import Action, Notice, NoticeState
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.switches import stop_sending
from dunwell.ledger.models import Customer, Hold, Invoice
from dunwell.messaging.services.dispatch import DEFAULT_CONNECTIONS, DispatchReport
from dunwell.organizations.models import OrganizationSettings
from dunwell.workflows.dispatch import dispatch_organization
from dunwell.workflows.run import RunReport, run_organization
from tests import invariants, worlds
from tests.concurrency.commands import report_of, start_run
from tests.concurrency.together import at_the_same_time
from tests.crashes import crash_at_statement, leases_run_out, other_connection
from tests.invariants import DAY
from tests.processes import wait_until
from tests.scenarios.story import Story
from tests.worlds import TODAY


def received(story: Story) -> Counter[str]:
    return Counter(taken.recipient for taken in story.smtp.taken)


def everybody(late: list[Customer]) -> Counter[str]:
    return Counter(f"late{number}@client.example" for number in range(len(late)))


@pytest.mark.processes
def test_two_commands_at_the_same_moment(story: Story, late: list[Customer]) -> None:
    reports = [report_of(process) for process in [start_run(story), start_run(story)]]
    assert sum(report["sent"] for report in reports) == 30
    assert sum(report["planned"] for report in reports) == 30
    assert received(story) == everybody(late)
    assert story.run(TODAY).sent == 0
    assert received(story) == everybody(late)


def test_four_passes_and_two_dispatchers_at_once(story: Story, late: list[Customer]) -> None:
    def run() -> RunReport:
        return run_organization(story.organization, as_of=TODAY, now=story.moment(TODAY))

    def send() -> int:
        now = story.moment(TODAY)
        return dispatch_organization(story.organization, clock=lambda: now, worker="second").sent

    *reports, one, two = at_the_same_time(run, run, run, run, send, send)
    assert sum(report.sent for report in reports) + one + two == 30
    assert received(story) == everybody(late)
    story.check(TODAY, planned=True)


def test_payments_and_corrections_while_two_passes_run(story: Story, late: list[Customer]) -> None:
    """Whoever wins, the rows agree afterwards, and nobody is told of the same step twice."""

    def run() -> None:
        for _ in range(3):
            run_organization(story.organization, as_of=TODAY, now=story.moment(TODAY))

    def pay() -> None:
        for customer in late[::3]:
            worlds.make_payment(customer, 60, towards=Invoice.objects.get(customer=customer))

    def correct() -> None:
        for customer in late[1::3]:
            Invoice.objects.filter(customer=customer).update(description="as corrected", due_on=TODAY - 4 * DAY)
            worlds.make_invoice(customer, due_on=TODAY - 10 * DAY)

    at_the_same_time(run, run, pay, correct)
    story.taken_as_checked()
    story.run(TODAY)
    assert max(received(story).values()) == 1
    assert not Notice.objects.filter(state__in=(NoticeState.SENDING, NoticeState.UNCERTAIN)).exists()
    # Whoever was told before his new invoice came waits for the interval; all others have heard
    for customer in late:
        told = bool(story.mails(customer))
        waits = Action.objects.filter(customer=customer, state="waiting", reason="contact_interval").exists()
        assert told or waits


def test_a_payment_from_elsewhere_between_composing_and_dispatch(story: Story, late: list[Customer]) -> None:
    assert story.run(TODAY, send=False).queued == 30
    invoice = Invoice.objects.get(customer=late[0])
    with other_connection() as elsewhere:
        elsewhere.execute(
            "INSERT INTO ledger_writeoff (organization_id, invoice_id, amount, written_off_on, reason, created_at) "
            "VALUES (%s, %s, %s, %s, '', now())",
            [story.organization.pk, invoice.pk, invoice.total, TODAY],
        )
    report = story.dispatch(TODAY)
    assert (report.sent, report.cancelled) == (29, 1)
    assert story.mails(late[0]) == []


def test_what_is_committed_while_a_turn_waits_is_seen_by_its_check(story: Story, late: list[Customer]) -> None:
    """Somebody else begins messages under the hourly limit, and meanwhile a person stops all sending."""
    OrganizationSettings.objects.filter(organization=story.organization).update(hourly_limit=1_000)
    assert story.run(TODAY, send=False).queued == 30
    now = story.moment(TODAY)
    reports: list[DispatchReport] = []

    def send() -> None:
        reports.append(dispatch_organization(story.organization, clock=lambda: now, worker="waits"))
        connections.close_all()

    with other_connection() as elsewhere:
        elsewhere.execute("BEGIN")
        elsewhere.execute("SELECT messaging_hold_room(ARRAY(SELECT id FROM messaging_message LIMIT 1))")
        sender = threading.Thread(target=send)
        sender.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_until(lambda: elsewhere.execute(waiting).fetchone() == (1,))
        OrganizationSettings.objects.filter(organization=story.organization).update(sending_stopped_at=now)
        elsewhere.execute("COMMIT")
        sender.join(30)
    assert reports[0].sent == 0
    assert not story.smtp.taken


def test_stopping_all_while_it_is_sent_keeps_nobody_waiting(story: Story, late: list[Customer]) -> None:
    story.smtp.events.delay = 0.02
    assert story.run(TODAY, send=False).queued == 30
    now = story.moment(TODAY)

    def send() -> DispatchReport:
        return dispatch_organization(story.organization, clock=lambda: now, worker="sends")

    def stop() -> int:
        wait_until(lambda: len(story.smtp.taken) >= 5)
        return stop_sending(organization=story.organization, by=None, now=now)

    report, called_back = at_the_same_time(send, stop)
    assert report.sent >= 5
    assert report.sent + report.cancelled + called_back == 30
    assert received(story).total() == report.sent


def test_a_hold_that_another_session_commits_while_the_pass_writes(story: Story, late: list[Customer]) -> None:
    """The plan has been made; the hold is committed when the first statements of the writing have run."""
    done = threading.Event()

    def hold_one(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if "ledger_touchedcustomer" in sql and "customer_id = ANY" in sql and not done.is_set():
            done.set()
            at_the_same_time(lambda: worlds.make_hold(late[0]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hold_one):
        report = run_organization(story.organization, as_of=TODAY, now=story.moment(TODAY))
    assert done.is_set()
    assert Hold.objects.count() == 1
    assert report.sent == 29
    story.check(TODAY, planned=True)
    assert story.mails(late[0]) == []
    assert Action.objects.filter(customer=late[0], state="waiting", reason="held").exists()


@pytest.mark.processes
@pytest.mark.parametrize("killed_after", [1, 12])
def test_a_killed_run_is_finished_by_the_next(story: Story, late: list[Customer], killed_after: int) -> None:
    story.smtp.events.delay = 0.05
    process = start_run(story)
    try:
        wait_until(lambda: len(story.smtp.taken) >= killed_after)
    finally:
        process.kill()
        process.communicate()
    story.smtp.events.delay = 0
    finish(story, late)


@pytest.mark.processes
@pytest.mark.parametrize("killed_after", [1, 12])
def test_a_run_whose_sessions_are_killed_while_it_sends(story: Story, late: list[Customer], killed_after: int) -> None:
    """The database throws everybody out in mid-batch, as when it restarts."""
    story.smtp.events.delay = 0.05
    process = start_run(story)
    try:
        wait_until(lambda: len(story.smtp.taken) >= killed_after)
        with other_connection() as executioner:
            executioner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND usename = current_user AND pid <> ALL (%s)",
                [[executioner.info.backend_pid, connection.connection.info.backend_pid]],
            )
        process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    story.smtp.events.delay = 0
    finish(story, late)


def finish(story: Story, late: list[Customer]) -> None:
    """After a death: leases run out, the next pass does the rest, and what nobody knows is a person's."""
    leases_run_out()
    report = story.run(TODAY)
    asked = {case["customer_id"] for case in report.needs_person}
    assert all(case["reason"] == "uncertain" for case in report.needs_person)
    assert len(asked) <= DEFAULT_CONNECTIONS
    got = received(story)
    assert max(got.values()) == 1
    missing = {customer.pk for number, customer in enumerate(late) if not got[f"late{number}@client.example"]}
    assert missing <= asked
    leases_run_out()
    again = story.run(TODAY)
    assert (again.sent, again.planned) == (0, 0)
    assert received(story) == got
    assert set(Action.objects.filter(offset_days=3).values_list("state", flat=True)) == {"done"}


def test_a_pass_that_dies_at_any_statement_is_done_again(story: Story) -> None:
    died = 0
    day = TODAY
    for number in range(2, 80, 6):
        fresh = worlds.make_customer(story.organization)
        worlds.make_invoice(fresh, due_on=day - 4 * DAY)
        with crash_at_statement(number):
            try:
                run_organization(story.organization, as_of=day, now=story.moment(day), send=False)
            except Error:
                connection.close()
                died += 1
        story.run(day)
        assert len(story.mails(fresh)) == 1
        day += DAY if day.isoweekday() < 5 else 3 * DAY
    assert died > 8


def test_a_pass_waits_for_the_one_under_way(story: Story, late: list[Customer]) -> None:
    this, _, _ = story.begin(TODAY)
    reports = at_the_same_time(*[lambda: prepare(this)] * 4)
    assert sorted(report.plan.planned for report in reports) == [0, 0, 0, 30]
    invariants.every_due_step_has_an_action(invariants.Book(story.organization), TODAY)
