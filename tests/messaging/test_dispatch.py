"""The outbox is emptied into a real mail server: each message once, whatever happens."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.channels.email import SmtpChannel, SmtpSettings
from dunwell.messaging.channels.port import Channel, ChannelFactory, ServerUnavailableError
from dunwell.messaging.models import ChannelPause, Message, MessageEvent
from dunwell.messaging.services import outbox, retries, statements
from dunwell.messaging.services.dispatch import DispatchReport, dispatch
from dunwell.messaging.services.work import Cursor, Outcome, Refusal
from tests.messaging.conftest import NOW, addresses, state
from tests.messaging.smtp_server import SmtpServer

Queue = Callable[..., list[int]]
Channels = dict[str, ChannelFactory]


def send(customer: Customer, channels: Channels, *, at: dt.datetime = NOW, **options: Any) -> DispatchReport:
    return dispatch(
        organization_id=customer.organization_id,
        clock=lambda: at,
        worker="test",
        channels=channels,
        **{"connections": 1, **options},
    )


def event_kinds(message_id: int) -> list[str]:
    return list(MessageEvent.objects.filter(message_id=message_id).order_by("id").values_list("kind", flat=True))


def test_where_nothing_is_due_no_channel_is_made(customer: Customer, queue: Queue) -> None:
    """A provider whose settings are not complete pauses its channel when there is something to send, not before."""

    def unavailable() -> Channel:
        raise ServerUnavailableError("There is no key.")

    assert send(customer, {"email": unavailable}) == DispatchReport()
    queue(*addresses(1))
    assert send(customer, {"email": unavailable}) == DispatchReport(paused={"email": "There is no key."})


def test_everything_due_is_sent_once(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    ids = queue(*addresses(5))
    report = send(customer, channels)
    assert report == DispatchReport(sent=5)
    assert {state(message) for message in ids} == {"sent"}
    assert sorted(taken.recipient for taken in smtp.taken) == sorted(addresses(5))
    assert smtp.events.connections == 1
    assert event_kinds(ids[0]) == ["sent"]
    assert send(customer, channels) == DispatchReport()
    assert len(smtp.taken) == 5


def test_a_key_is_queued_once(queue: Queue, customer: Customer) -> None:
    first = queue("anna@client.example", key="notice-1")
    assert queue("anna@client.example", "ben@client.example", key="notice-1") == first * 2
    assert Message.objects.count() == 1


def test_ids_come_back_in_the_order_of_the_messages(queue: Queue) -> None:
    old = queue("b@client.example")
    ids = queue("a@client.example", "b@client.example", "c@client.example")
    assert ids[1] == old[0]
    recipients = dict(Message.objects.values_list("id", "recipient"))
    assert [recipients[message] for message in ids] == ["a@client.example", "b@client.example", "c@client.example"]


def test_two_dispatchers_share_the_work(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    ids = queue(*addresses(60))
    reports: list[DispatchReport] = []
    threads = [
        threading.Thread(target=lambda: reports.append(send(customer, channels, connections=2, batch=7)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == 60
    assert Counter(taken.recipient for taken in smtp.taken) == Counter(addresses(60))
    assert {state(message) for message in ids} == {"sent"}


def test_nothing_goes_before_its_time_or_after_its_window(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    queue("early@client.example", not_before=NOW + dt.timedelta(seconds=1))
    (late,) = queue("late@client.example", not_after=NOW)
    assert send(customer, channels) == DispatchReport()
    assert smtp.taken == []
    assert outbox.cancel_lapsed(organization_id=customer.organization_id, now=NOW) == [late]
    assert state(late) == "cancelled"


def test_the_limit_counts_messages(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    queue(*addresses(10))
    assert send(customer, channels, limit=4, batch=3).sent == 4
    assert send(customer, channels).sent == 6
    assert len(smtp.taken) == 10


def test_it_stops_between_messages_when_asked(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    ids = queue(*addresses(10))
    report = send(customer, channels, should_stop=lambda: len(smtp.taken) >= 3)
    assert report.sent == 3
    assert Counter(state(message) for message in ids) == {"sent": 3, "queued": 7}
    # What was claimed is given back at once
    assert send(customer, channels).sent == 7


def test_what_the_guard_refuses_is_cancelled_and_told(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    paid, waits, goes = queue("paid@client.example", "waits@client.example", "goes@client.example")
    told: list[tuple[int, str]] = []

    def guard(cursor: Cursor, message_id: int) -> Refusal | None:
        if message_id == paid:
            return Refusal("The invoice was paid.")
        if message_id == waits:
            return Refusal("Held until tomorrow.", retry_at=NOW + dt.timedelta(days=1))
        return None

    def record(cursor: Cursor, message_id: int, outcome: Outcome) -> None:
        told.append((message_id, outcome.state))

    report = send(customer, channels, guard=guard, record=record)
    assert report == DispatchReport(sent=1, cancelled=1, put_off=1)
    assert [taken.recipient for taken in smtp.taken] == ["goes@client.example"]
    assert told == [(paid, "cancelled"), (waits, "queued"), (goes, "sent")]
    assert Message.objects.get(id=paid).cancel_reason == "The invoice was paid."
    assert state(waits) == "queued"


def test_a_cancelled_message_does_not_go(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    first, second = queue("a@client.example", "b@client.example")

    def guard(cursor: Cursor, message_id: int) -> Refusal | None:
        if message_id == first:
            # Somebody drops the second one while it is already claimed
            outbox.cancel(
                organization_id=customer.organization_id, message_ids=[second], reason="Dropped by Bob.", now=NOW
            )
        return None

    assert send(customer, channels, guard=guard).sent == 1
    assert state(second) == "cancelled"
    assert smtp.count("b@client.example") == 0


@pytest.mark.parametrize("accident", ["rcpt-4", "data-4", "end-4", "drop-rcpt", "drop-data"])
def test_what_is_temporary_is_tried_again_later(
    accident: str, smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    first, other = queue("first@client.example", "other@client.example")
    smtp.will("first@client.example", accident)
    report = send(customer, channels)
    assert (report.delayed, report.sent) == (1, 1)
    message = Message.objects.get(id=first)
    assert (message.state, message.attempts) == ("queued", 1)
    assert message.next_attempt_at == NOW + retries.DELAYS[0]
    assert message.last_error
    assert send(customer, channels) == DispatchReport()
    assert send(customer, channels, at=NOW + retries.DELAYS[0]).sent == 1
    assert event_kinds(first) == ["delayed", "sent"]
    assert smtp.count("first@client.example") == 1
    assert state(other) == "sent"


@pytest.mark.parametrize("accident", ["rcpt-5", "data-5", "end-5"])
def test_what_is_permanent_fails_with_the_servers_words(
    accident: str, smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    first, other = queue("first@client.example", "other@client.example")
    smtp.will("first@client.example", accident)
    report = send(customer, channels)
    assert (report.failed, report.sent) == (1, 1)
    message = Message.objects.get(id=first)
    assert message.state == "failed"
    assert "welcome" in message.last_error or "take mail" in message.last_error or "No DATA" in message.last_error
    assert send(customer, channels, at=NOW + dt.timedelta(days=9)) == DispatchReport()
    assert smtp.count("first@client.example") == 0
    assert state(other) == "sent"
    assert not Contact.objects.filter(email_refused_at__isnull=False).exists()


@pytest.mark.parametrize("accident", ["drop-end", "silent-end", "end-nonsense"])
def test_what_nobody_knows_is_uncertain_and_never_sent_again(
    accident: str, smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    first, other = queue("first@client.example", "other@client.example")
    smtp.will("first@client.example", accident)
    report = send(customer, channels)
    assert (report.uncertain, report.sent) == (1, 1)
    assert state(first) == "uncertain"
    assert state(other) == "sent"
    taken = smtp.count("first@client.example")
    assert send(customer, channels, at=NOW + dt.timedelta(days=9)) == DispatchReport()
    assert smtp.count("first@client.example") == taken


def test_a_connection_lost_inside_the_content_is_tried_again(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    # More than the sockets' buffers hold, so that the final dot cannot have left us
    (big,) = queue("big@client.example", body_text="A long line of text.\n" * 600_000)
    smtp.will("big@client.example", "drop-inside")
    assert send(customer, channels).delayed == 1
    assert state(big) == "queued"
    assert "inside DATA" in Message.objects.get(id=big).last_error


def test_a_connection_lost_after_the_dot_left_us_is_uncertain(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    (small,) = queue("small@client.example")
    smtp.will("small@client.example", "drop-dot")
    report = send(customer, channels)
    # The whole mail, its dot included, was with the server when it went away
    assert report.uncertain == 1
    assert state(small) == "uncertain"


def test_retries_end(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    (message,) = queue("full@client.example")
    smtp.will("full@client.example", *["end-4"] * 20)
    at = NOW
    for delay in retries.DELAYS:
        assert send(customer, channels, at=at).delayed == 1
        at += delay
    assert send(customer, channels, at=at).failed == 1
    assert "Given up after 8 attempts. 452" in Message.objects.get(id=message).last_error
    assert list(retries.DELAYS) == sorted(retries.DELAYS)


def test_an_address_that_does_not_exist_is_not_used_again(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    contact = Contact.objects.get(customer=customer)
    queue(contact.email)
    smtp.will(contact.email, "rcpt-unknown")
    assert send(customer, channels).failed == 1
    contact.refresh_from_db()
    assert contact.email_refused_at == NOW


def test_what_is_no_address_fails_without_a_server(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    ids = queue(
        "no address", "two@at@signs example", "evil@client.example\r\nRCPT TO:<x@y.example>", "ok@client.example"
    )
    assert send(customer, channels).failed == 3
    assert [state(message) for message in ids] == ["failed", "failed", "failed", "sent"]
    assert len(smtp.taken) == 1


# The server as a whole


def test_a_server_that_is_away_costs_no_message_an_attempt(customer: Customer, queue: Queue, smtp: SmtpServer) -> None:
    ids = queue(*addresses(4))
    closed = SmtpSettings("127.0.0.1", 1, security="none", timeout=1.0)
    away: Channels = {"email": lambda: SmtpChannel(closed)}
    report = send(customer, away, connections=2)
    assert report.sent == report.failed == report.delayed == 0
    assert "refused the connection" in report.paused["email"]
    assert set(Message.objects.values_list("state", "attempts", "leased_by")) == {("queued", 0, "")}
    pause = ChannelPause.objects.get()
    assert pause.failures == 1
    assert pause.paused_until - pause.since == retries.PAUSES[0]
    # While it is paused, nothing is tried; with another server in the settings, everything goes
    assert "refused the connection" in send(customer, away).paused["email"]
    assert ChannelPause.objects.get().failures == 1
    assert len(ids) == 4


@pytest.mark.parametrize("refuses_after", [0.0, 1.0])
def test_a_server_that_takes_few_connections_is_served_by_those(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue, refuses_after: float
) -> None:
    ids = queue(*addresses(60))
    smtp.events.most_connections = 2
    smtp.events.refuses_after = refuses_after
    report = send(customer, channels, connections=6, batch=3)
    assert report == DispatchReport(sent=60)
    assert {state(message) for message in ids} == {"sent"}
    assert Counter(taken.recipient for taken in smtp.taken) == Counter(addresses(60))
    assert smtp.events.turned_away > 0
    assert not ChannelPause.objects.exists()


def test_a_server_that_takes_no_connection_is_left_alone(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    ids = queue(*addresses(60))
    smtp.events.most_connections = 0
    report = send(customer, channels, connections=6)
    assert "421 4.7.0 Too many connections" in report.paused["email"]
    assert {state(message) for message in ids} == {"queued"}
    assert list(Message.objects.values_list("leased_by", flat=True).distinct()) == [""]
    assert ChannelPause.objects.count() == 1


def test_another_server_ends_the_pause(customer: Customer, queue: Queue, channels: Channels, smtp: SmtpServer) -> None:
    queue(*addresses(2))
    closed = SmtpSettings("127.0.0.1", 1, security="none", timeout=1.0)
    send(customer, {"email": lambda: SmtpChannel(closed)})
    assert send(customer, channels).sent == 2
    assert not ChannelPause.objects.exists()


def test_pauses_grow(customer: Customer, queue: Queue) -> None:
    queue(*addresses(1))
    closed = SmtpSettings("127.0.0.1", 1, security="none", timeout=1.0)
    for failures in range(1, 8):
        send(customer, {"email": lambda: SmtpChannel(closed)})
        pause = ChannelPause.objects.get()
        assert pause.failures == failures
        long_ago = pause.paused_until - dt.timedelta(days=1)
        ChannelPause.objects.update(since=long_ago, paused_until=long_ago)
    assert Message.objects.get().attempts == 0


def test_three_doubtful_failures_in_a_row_pause_the_server(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    ids = queue(*addresses(10))
    smtp.script.at_mail.extend(["mail-4"] * 10)
    report = send(customer, channels)
    assert report.delayed == 3
    assert "3 messages in a row" in report.paused["email"]
    assert Counter(state(message) for message in ids) == {"queued": 10}
    assert Message.objects.filter(attempts=0).count() == 7


@pytest.mark.parametrize("accident", ["drop-mail", "mail-421"])
def test_a_server_that_tires_of_a_connection_is_connected_anew(
    accident: str, smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    queue(*addresses(3))
    smtp.script.at_mail.extend(["", accident])
    assert send(customer, channels) == DispatchReport(sent=3)
    assert smtp.events.connections == 2
    assert len(smtp.taken) == 3
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_a_connection_is_renewed_after_so_many_messages(
    smtp: SmtpServer, customer: Customer, smtp_settings: SmtpSettings, queue: Queue
) -> None:
    import dataclasses

    queue(*addresses(5))
    few = dataclasses.replace(smtp_settings, messages_per_connection=2)
    assert send(customer, {"email": lambda: SmtpChannel(few)}).sent == 5
    assert smtp.events.connections == 3


# Errors of others


def test_an_error_in_the_guard_loses_no_outcome(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    ids = queue(*addresses(4))

    def guard(cursor: Cursor, message_id: int) -> Refusal | None:
        if message_id == ids[2]:
            cursor.execute("SELECT 1/0")
        return None

    with pytest.raises(Exception, match="division by zero"):
        send(customer, channels, guard=guard)
    assert [state(message) for message in ids] == ["sent", "sent", "queued", "queued"]
    assert set(Message.objects.filter(state="queued").values_list("leased_by", flat=True)) == {""}
    assert send(customer, channels).sent == 2
    assert len(smtp.taken) == 4


def test_an_error_in_record_loses_no_outcome(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    ids = queue(*addresses(2))

    def record(cursor: Cursor, message_id: int, outcome: Outcome) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        send(customer, channels, record=record)
    assert state(ids[0]) == "sent"
    assert state(ids[1]) == "queued"
    assert len(smtp.taken) == 1


def test_a_late_answer_is_stored_after_the_sweep(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    (message,) = queue("slow@client.example")
    smtp.will("slow@client.example", "slow")
    thread = threading.Thread(target=send, args=(customer, channels))
    thread.start()
    assert smtp.events.arrived.wait(5)
    Message.objects.update(leased_until=NOW - dt.timedelta(days=365))
    assert outbox.sweep(organization_id=customer.organization_id, now=NOW) == [message]
    assert state(message) == "uncertain"
    thread.join()
    assert state(message) == "sent"
    assert event_kinds(message) == ["uncertain", "sent"]


def test_the_sweeper_leaves_alone_what_is_being_sent(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    queue("slow@client.example")
    smtp.will("slow@client.example", "slow")
    thread = threading.Thread(target=send, args=(customer, channels))
    thread.start()
    assert smtp.events.arrived.wait(5)
    assert outbox.sweep(organization_id=customer.organization_id, now=NOW) == []
    thread.join()


def test_a_person_settles_what_is_uncertain(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue, alice_id: int
) -> None:
    first, second = queue("a@client.example", "b@client.example")
    smtp.will("a@client.example", "drop-end")
    smtp.will("b@client.example", "drop-end")
    assert send(customer, channels).uncertain == 2
    organization = customer.organization_id
    assert outbox.confirm(organization_id=organization, message_ids=[first], user_id=alice_id, now=NOW) == [first]
    assert outbox.release(organization_id=organization, message_ids=[second], user_id=alice_id, now=NOW) == [second]
    assert state(first) == "sent"
    assert send(customer, channels).sent == 1
    assert event_kinds(second) == ["uncertain", "released", "sent"]
    message_ids = {taken.mail["Message-ID"] for taken in smtp.taken if taken.recipient == "b@client.example"}
    assert len(message_ids) == 1


def test_another_organization_cannot_touch_it(customer: Customer, queue: Queue, channels: Channels) -> None:
    (message,) = queue("a@client.example")
    assert outbox.cancel(organization_id=customer.organization_id + 1, message_ids=[message], reason="x", now=NOW) == []
    other = dispatch(
        organization_id=customer.organization_id + 1, clock=lambda: NOW, worker="x", channels=channels, connections=1
    )
    assert other == DispatchReport()
    assert state(message) == "queued"


def test_letters_that_wait_for_people_are_not_gone_through(customer: Customer, queue: Queue) -> None:
    queue(*(f"{number} High Street" for number in range(80)), channel="letter")
    (mail,) = queue("a@client.example")
    parameters: dict[str, Any] = {
        "organization": customer.organization_id, "now": NOW, "channels": ["email", "sms"], "limit": 50,
        "worker": "test", "lease": dt.timedelta(minutes=1),
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for text in (statements.CLAIM, statements.DUE):
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) {text}", parameters)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "message_claim" in plan
            assert "Rows Removed by Filter" not in plan
    assert Message.objects.get(leased_by="test").pk == mail
