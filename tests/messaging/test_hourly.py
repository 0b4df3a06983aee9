"""The hourly limit: so many messages in any 60 minutes, however many workers send, and whatever becomes of them."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.ledger.models import Customer
from dunwell.messaging.channels.port import ChannelFactory
from dunwell.messaging.models import Message
from dunwell.messaging.queries.hourly import waiting_for_room
from dunwell.messaging.services.dispatch import DispatchReport, dispatch
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.scope import Scope
from tests.crashes import leases_run_out
from tests.messaging.conftest import NOW, addresses
from tests.messaging.smtp_server import SmtpServer

Queue = Callable[..., list[int]]
Channels = dict[str, ChannelFactory]
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def limit(most: int | None) -> None:
    OrganizationSettings.objects.update(hourly_limit=most)


def send(customer: Customer, channels: Channels, *, at: dt.datetime = NOW, **options: Any) -> DispatchReport:
    return dispatch(
        organization_id=customer.organization_id, clock=lambda: at, worker="test", channels=channels, **options
    )


def begun() -> list[dt.datetime]:
    return sorted(Message.objects.exclude(sending_at=None).values_list("sending_at", flat=True))  # type: ignore[arg-type]


def most_in_an_hour() -> int:
    moments = begun()
    return max((sum(first <= other < first + HOUR for other in moments) for first in moments), default=0)


def test_the_rest_goes_when_there_is_room(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    queue(*addresses(7))
    limit(3)
    report = send(customer, channels)
    assert (report.sent, report.limited_until) == (3, NOW + HOUR)
    assert send(customer, channels, at=NOW + 59 * MINUTE).sent == 0
    assert send(customer, channels, at=NOW + HOUR).sent == 3
    assert send(customer, channels, at=NOW + 2 * HOUR) == DispatchReport(sent=1)
    assert len(smtp.taken) == 7


def test_what_is_tried_again_keeps_its_place_before_what_is_new(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    (tried,) = queue("tried@client.example")
    smtp.will("tried@client.example", "end-4")
    limit(1)
    assert send(customer, channels).delayed == 1
    (new,) = queue("new@client.example")
    with connection.cursor() as cursor:
        for asking, may in (([new, tried], [tried]), ([new], []), ([tried], [tried])):
            cursor.execute("SELECT messaging_room_for(%s, %s)", [asking, NOW + 30 * MINUTE])
            assert cursor.fetchone() == (may,)
        cursor.execute("SELECT messaging_room_for(%s, %s)", [[new, tried], NOW + HOUR])
        assert cursor.fetchone() == ([new],), "an hour later it has no place any more, and comes in its turn"


def test_without_a_limit_nothing_waits(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    queue(*addresses(30))
    assert send(customer, channels) == DispatchReport(sent=30)


def test_the_oldest_debt_goes_first(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    queue("young@client.example", owed_since=NOW.date())
    queue("unknown@client.example")
    queue("old@client.example", owed_since=NOW.date() - dt.timedelta(days=60))
    limit(1)
    for hour in range(3):
        send(customer, channels, at=NOW + hour * HOUR)
    assert [taken.recipient for taken in smtp.taken] == [
        f"{name}@client.example" for name in ("old", "young", "unknown")
    ]


def test_a_limit_that_is_lowered_counts_at_once(customer: Customer, channels: Channels, queue: Queue) -> None:
    queue(*addresses(10))
    limit(6)
    assert send(customer, channels).sent == 6
    limit(2)
    report = send(customer, channels, at=NOW + 59 * MINUTE)
    assert (report.sent, report.limited_until) == (0, NOW + HOUR)
    limit(8)
    assert send(customer, channels, at=NOW + 59 * MINUTE).sent == 2


def test_workers_at_the_same_time_share_the_room(
    smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    queue(*addresses(60))
    limit(17)
    reports: list[DispatchReport] = []
    threads = [
        threading.Thread(target=lambda: reports.append(send(customer, channels, connections=3, batch=9)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == 17
    assert len(smtp.taken) == 17
    assert most_in_an_hour() == 17
    # Whoever found the last place taken left nothing behind: all others may go when there is room
    assert send(customer, channels, at=NOW + HOUR).sent == 17
    assert not Message.objects.filter(state="queued").exclude(leased_by="").exists()


def test_a_worker_that_was_lost_counts(smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue) -> None:
    first, *_ = queue(*addresses(4))
    limit(2)
    Message.objects.filter(pk=first).update(
        state="sending", sending_at=NOW - 10 * MINUTE, leased_until=NOW, leased_by="gone"
    )
    leases_run_out()
    assert send(customer, channels).sent == 1
    assert send(customer, channels, at=NOW + 49 * MINUTE).sent == 0
    assert send(customer, channels, at=NOW + 50 * MINUTE).sent == 1


def test_what_waits_can_be_seen(customer: Customer, channels: Channels, queue: Queue) -> None:
    queue(*addresses(5))
    assert waiting_for_room(Scope(customer.organization), NOW) is None
    limit(2)
    scope = Scope(Organization.objects.get(pk=customer.organization_id))
    assert waiting_for_room(scope, NOW) is None  # they go as soon as a worker takes them
    send(customer, channels)
    waiting = waiting_for_room(scope, NOW + MINUTE)
    assert waiting is not None
    assert (waiting.messages, waiting.most, waiting.opens_at) == (3, 2, NOW + HOUR)
    assert waiting_for_room(scope, NOW + HOUR) is None


steps = st.lists(st.tuples(st.integers(-40, 90), st.integers(0, 6), st.integers(1, 5)), min_size=1, max_size=12)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=steps)
def test_in_no_60_minutes_more_than_the_limit_whatever_the_clock_does(
    steps: list[tuple[int, int, int]], smtp: SmtpServer, customer: Customer, channels: Channels, queue: Queue
) -> None:
    """Moments come in any order: a worker's clock may be behind another's."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE messaging_message CASCADE")
    limit(4)
    at, queued = NOW, 0
    for minutes, new, most in steps:
        at += minutes * MINUTE
        if new:
            queue(*(f"{queued + number}@client.example" for number in range(new)), not_before=NOW - 100 * HOUR)
            queued += new
        send(customer, channels, at=at, limit=most)
        assert most_in_an_hour() <= 4
