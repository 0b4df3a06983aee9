"""A worker dies by `kill -9` in the middle of a batch, and another goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from dunwell.ledger.models import Customer
from dunwell.messaging.channels.port import ChannelFactory
from dunwell.messaging.models import Message
from dunwell.messaging.services import outbox
from dunwell.messaging.services.dispatch import DispatchReport, dispatch
from tests.messaging.conftest import NOW, addresses, state
from tests.messaging.smtp_server import SmtpServer

LEASES_RUN_OUT = """
UPDATE messaging_message SET leased_until = statement_timestamp() - interval '1 second' WHERE leased_until IS NOT NULL
"""


def start_worker(customer: Customer, smtp: SmtpServer, connections: int) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    host = database["HOST"]
    place = f"?host={host}" if host.startswith("/") else ""
    url = (
        f"postgresql://{database['USER']}:{database['PASSWORD']}@{'' if place else host}:{database['PORT']}"
        f"/{database['NAME']}{place}"
    )
    return subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("worker_process.py")),
            str(customer.organization_id),
            str(smtp.port),
            NOW.isoformat(),
            str(connections),
        ],
        env={**os.environ, "DUNWELL_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "dunwell.config.settings"},
    )


def wait_for(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.005)


@pytest.mark.processes
@pytest.mark.parametrize("connections", [1, 2])
@pytest.mark.parametrize("killed_after", [1, 7, 15])
def test_a_killed_worker_leaves_at_most_one_uncertain_message_per_connection(
    killed_after: int,
    connections: int,
    smtp: SmtpServer,
    customer: Customer,
    channels: dict[str, ChannelFactory],
    queue: Callable[..., list[int]],
) -> None:
    ids = queue(*addresses(30))
    smtp.events.delay = 0.02
    worker = start_worker(customer, smtp, connections)
    try:
        wait_for(lambda: len(smtp.taken) >= killed_after)
    finally:
        worker.kill()
        worker.wait()
    smtp.events.delay = 0

    def go_on() -> DispatchReport:
        organization = customer.organization_id
        outbox.sweep(organization_id=organization, now=NOW)
        return dispatch(organization_id=organization, clock=lambda: NOW, worker="next", channels=channels)

    # Before the dead worker's leases are over, nothing of its batch is touched
    assert go_on().uncertain == 0
    with connection.cursor() as cursor:
        cursor.execute(LEASES_RUN_OUT)
    go_on()

    states = Counter(state(message) for message in ids)
    assert set(states) <= {"sent", "uncertain"}
    assert states["uncertain"] <= connections
    received = Counter(taken.recipient for taken in smtp.taken)
    assert max(received.values()) == 1
    unsure = list(Message.objects.filter(organization=customer.organization_id, state="uncertain"))
    assert len(unsure) == states["uncertain"]
    assert all("may have arrived" in message.last_error for message in unsure)
    # What is missing at the server is exactly what a person is asked about
    missing = set(addresses(30)) - set(received)
    assert missing <= {message.recipient for message in unsure}
    # And nobody sends it again by himself
    with connection.cursor() as cursor:
        cursor.execute(LEASES_RUN_OUT)
    assert go_on() == DispatchReport()
    assert Counter(taken.recipient for taken in smtp.taken) == received
    assert Message.objects.count() == 30
