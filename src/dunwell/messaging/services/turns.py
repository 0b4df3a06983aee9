"""One turn of a sender: how its previous message ended is stored, and the next is begun, or not.

Both are one commit. Who knows more about messages than messaging does joins his part by a turn of his own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import psycopg

from dunwell.messaging.channels.port import OutgoingMessage, copies_of
from dunwell.messaging.services import statements
from dunwell.messaging.services.work import Cursor, Guard, Outcome, Record, Refusal

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a server has taken, which is not stored yet. `attempts` counts this one."""

    message_id: int
    attempts: int
    at: dt.datetime
    words: str
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The message whose turn it is; begun, it belongs to this worker for `lease`."""

    message_id: int
    worker: str
    now: dt.datetime
    lease: dt.timedelta


@dataclass(frozen=True, slots=True)
class Turned:
    """`stored`: the previous outcome was kept; a person may have settled the message before.

    `message` is to be transmitted: its `sending` is committed. With a `refusal`, or with `no_room` under the hourly
    limit, it is queued and leased as before; with none of them somebody has taken it back meanwhile.
    """

    stored: bool
    message: OutgoingMessage | None = None
    refusal: Refusal | None = None
    no_room: bool = False


class Turn(Protocol):
    """Quick, commits what it does, and is called from several threads with connections of their own."""

    def __call__(self, connection: Connection, sent: Sent | None, coming: Next) -> Turned: ...


def outgoing(row: Sequence[Any], now: dt.datetime) -> OutgoingMessage:
    """The message of a row of `BEGIN_SENDING`, whose last columns are its copies and its recipient's own page."""
    *content, copies, preferences_url = row
    return OutgoingMessage(*(*content, now, copies_of(copies), (), preferences_url))


def guarded(guard: Guard, record: Record) -> Turn:
    """The turn of whoever has a guard to ask and wants to be told, each by statements of its own."""

    def turn(connection: Connection, sent: Sent | None, coming: Next) -> Turned:
        with connection.transaction(), connection.cursor() as cursor:
            stored = False
            if sent is not None and (stored := _settle(cursor, sent, coming.worker)):
                record(cursor, sent.message_id, Outcome("sent", sent.at, sent.words))
            row = cursor.execute(
                statements.BEGIN_SENDING, (coming.message_id, coming.worker, coming.now, coming.lease)
            ).fetchone()
            if row is None:
                return Turned(stored)
            # The row is locked from here on: the guard sees what was committed before, and whoever cancels waits
            has_room = cursor.execute(statements.HAS_ROOM, (coming.message_id, coming.now)).fetchone() == (True,)
            refusal = guard(cursor, coming.message_id) if has_room else None
            if has_room and refusal is None:
                return Turned(stored, outgoing(row, coming.now))
            cursor.execute(statements.NOT_BEGUN, (coming.message_id,))
            return Turned(stored, refusal=refusal, no_room=not has_room)

    return turn


def _settle(cursor: Cursor, sent: Sent, worker: str) -> bool:
    row = cursor.execute(
        statements.STORE_OUTCOME,
        (
            sent.message_id,
            worker,
            "sent",
            sent.attempts,
            sent.at,
            None,
            "",
            "sent",
            sent.at,
            sent.words,
            sent.provider_id,
        ),
    ).fetchone()
    return row is not None and bool(row[0])
