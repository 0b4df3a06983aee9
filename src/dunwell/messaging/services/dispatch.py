"""Sending what is queued: any number of workers, each with any number of connections.

For each message in its turn, one short transaction stores how the previous one ended, asks the
guard whether this one is still due, and commits `sending`; then it is transmitted outside any
transaction. Connections whose turns come at the same moment share that transaction. A killed
worker therefore leaves at most one message per connection of which nobody knows whether it arrived.
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Callable, Mapping

import psycopg
from django.db import connections as django_connections

from dunwell.messaging.channels.port import ChannelFactory
from dunwell.messaging.services import statements
from dunwell.messaging.services.gate import Gate
from dunwell.messaging.services.lane import Lane
from dunwell.messaging.services.turns import Connection, TakeTurns, guarded
from dunwell.messaging.services.work import Cursor, DispatchReport, Guard, Outcome, Record, Refusal, Work

__all__ = ["Cursor", "DispatchReport", "Guard", "Outcome", "Record", "Refusal", "allow", "dispatch", "forget"]

# One connection mostly waits for replies, and those that wait for their turn share it; a killed worker leaves at most
# so many uncertain. A server that takes fewer is served by fewer
DEFAULT_CONNECTIONS = 12
# Another connection is opened for so many messages
_WORTH_A_CONNECTION = 5
# A claimed message that has not had its turn by then may be claimed by another worker
_CLAIM_LEASE = dt.timedelta(minutes=5)
_BATCH = 50


def allow(_cursor: Cursor, _message_id: int) -> Refusal | None:
    """The guard that has nothing against any message."""
    return None


def forget(_cursor: Cursor, _message_id: int, _outcome: Outcome) -> None:
    """For callers that need no word of outcomes."""


def dispatch(
    *,
    organization_id: int,
    clock: Callable[[], dt.datetime],
    worker: str,
    channels: Mapping[str, ChannelFactory],
    guard: Guard = allow,
    record: Record = forget,
    turns: TakeTurns | None = None,
    limit: int | None = None,
    connections: int = DEFAULT_CONNECTIONS,
    should_stop: Callable[[], bool] = lambda: False,
    more: Callable[[], bool] = lambda: False,
    lease: dt.timedelta = _CLAIM_LEASE,
    batch: int = _BATCH,
) -> DispatchReport:
    """Send what is due by `clock()`, until nothing is left, `limit` messages were begun, or `should_stop()`.

    While `more()`, somebody is still queueing: what comes is awaited.
    `guard(cursor, message_id)` runs in the transaction that commits `sending`, with the row locked.
    `record(cursor, message_id, outcome)` runs in the transaction that stores the outcome; both must be quick,
    must not commit, and are called from several threads.
    `turns` stand for both where one message was sent and the next begins: the same in fewer statements.
    An error in either ends the pass and is raised here, after what had been sent is stored.
    """
    connection = _connect()
    gate = Gate(connection, turns or guarded(guard, record))
    work = Work(
        organization_id=organization_id,
        # Two processes with the same name must not take each other's leases for their own
        worker=f"{worker[:60]}/{secrets.token_hex(6)}",
        clock=clock,
        gate=gate,
        record=record,
        channels=channels,
        should_stop=should_stop,
        more=more,
        connect=_connect,
        lease=lease,
        batch=batch,
        remaining=limit,
    )
    try:
        reports = _run(work, connections if more() else _worth_opening(work, connection, connections))
    finally:
        gate.close()
    total = DispatchReport(paused=dict(work.paused), limited_until=work.limited_until)
    for report in reports:
        total.add(report)
    return total


def _worth_opening(work: Work, connection: Connection, most: int) -> int:
    """How many lanes what is due is worth. Most passes find nothing: no lane, no connection to any server."""
    parameters = {
        "organization": work.organization_id,
        "channels": list(work.channels),
        "now": work.clock(),
        "limit": most * _WORTH_A_CONNECTION,
    }
    row = connection.execute(statements.DUE, parameters).fetchone()
    return -(-int(row[0]) // _WORTH_A_CONNECTION) if row else 0


def _run(work: Work, connections: int) -> list[DispatchReport]:
    if connections == 0:
        return []
    if connections > 1:
        return _run_side_by_side(work, connections)
    lane = Lane(work, 0)
    lane.run()
    return [lane.report]


def _run_side_by_side(work: Work, connections: int) -> list[DispatchReport]:
    reports: list[DispatchReport] = []
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            lane = Lane(work, number)
            reports.append(lane.report)
            lane.run()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread
            errors.append(error)
            work.stopping.set()
        finally:
            django_connections.close_all()

    threads = [threading.Thread(target=run, args=(number,), name=f"dispatch-{number}") for number in range(connections)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        # Ctrl-C in the middle: every lane ends after the message it is sending
        work.stopping.set()
        for thread in threads:
            thread.join()
        raise
    if errors:
        raise errors[0]
    return reports


def _connect() -> Connection:
    """A plain connection to Django's database: autocommit, every statement prepared at its second use."""
    parameters = django_connections["default"].get_connection_params()
    for ours in ("cursor_factory", "context", "pool"):
        parameters.pop(ours, None)
    parameters["prepare_threshold"] = 1
    return psycopg.connect(**parameters, autocommit=True)
