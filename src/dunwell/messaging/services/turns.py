"""The turns of senders: how the message before ended is stored, and the next is begun, or not.

Both are one commit, for as many connections as come at the same moment. Who knows more about messages than messaging
does joins his part by turns of his own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import psycopg

from dunwell.messaging.channels.port import OutgoingMessage, copies_of
from dunwell.messaging.services import statements
from dunwell.messaging.services.work import Cursor, Guard, Outcome, Record, Refusal

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a transmission by `worker` ended, which is not stored yet. `attempts` counts this one."""

    message_id: int
    worker: str
    outcome: Outcome
    attempts: int
    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """The message whose turn it is; begun, it belongs to this worker for `lease`."""

    message_id: int
    worker: str
    now: dt.datetime
    lease: dt.timedelta


@dataclass(frozen=True, slots=True)
class Turn:
    """One connection's turn: what it has sent, which a server has taken, and what it would send now."""

    sent: Ended | None
    coming: Next


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


class TakeTurns(Protocol):
    """Quick, commits what it does, and answers in the order of the turns."""

    def __call__(self, connection: Connection, turns: Sequence[Turn]) -> list[Turned]: ...


def ended_rows(ended: Sequence[Ended]) -> str:
    """What `messaging_settle` stores, as JSON. What waits for another attempt is `queued`, and told as `delayed`."""
    return json.dumps([_ended_row(one) for one in ended])


def _storable(text: str) -> str:
    """A server's words without what a database cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _ended_row(ended: Ended) -> dict[str, Any]:
    outcome = ended.outcome
    waits = outcome.next_attempt_at is not None
    at, detail = outcome.at.isoformat(), _storable(outcome.detail)
    return {
        "message": ended.message_id,
        "worker": ended.worker,
        "state": outcome.state,
        "attempts": ended.attempts,
        "finished_at": None if waits else at,
        "next_attempt_at": outcome.next_attempt_at.isoformat() if outcome.next_attempt_at else None,
        "error": "" if outcome.state == "sent" else detail,
        "event": "delayed" if waits else outcome.state,
        "at": at,
        "detail": detail,
        "provider_id": _storable(ended.provider_id),
    }


def coming_rows(coming: Sequence[Next]) -> str:
    """What `messaging_begin` begins, as JSON."""
    return json.dumps([
        {
            "message": one.message_id,
            "worker": one.worker,
            "moment": one.now.isoformat(),
            "lease": f"{one.lease.total_seconds()} seconds",
        }
        for one in coming
    ])  # fmt: skip


def outgoing(row: Sequence[Any], now: dt.datetime) -> OutgoingMessage:
    """The message of a row of `BEGUN`, whose last columns are its copies and its recipient's own page."""
    *content, copies, preferences_url = row
    return OutgoingMessage(*(*content, now, copies_of(copies), (), preferences_url))


def settle(cursor: Cursor, ended: Ended) -> bool:
    """Whether it was stored: a person may have settled the message meanwhile."""
    return cursor.execute(statements.SETTLE, (ended_rows([ended]),)).fetchone() is not None


def guarded(guard: Guard, record: Record) -> TakeTurns:
    """The turns of whoever has a guard to ask and wants to be told, each by statements of its own."""

    def take(cursor: Cursor, turn: Turn) -> Turned:
        sent, coming = turn.sent, turn.coming
        stored = False
        if sent is not None and (stored := settle(cursor, sent)):
            record(cursor, sent.message_id, sent.outcome)
        if cursor.execute(statements.HOLD, (coming_rows([coming]),)).fetchone() is None:
            return Turned(stored)
        if cursor.execute(statements.ROOM_FOR, (coming.message_id, coming.now)).fetchone() == ([],):
            return Turned(stored, no_room=True)
        cursor.execute(statements.BEGIN, (coming_rows([coming]), coming.message_id))
        refusal = guard(cursor, coming.message_id)
        if refusal is not None:
            cursor.execute(statements.NOT_BEGUN, (coming.message_id,))
            return Turned(stored, refusal=refusal)
        row = cursor.execute(statements.BEGUN, (coming.message_id, coming.worker)).fetchone()
        return Turned(stored, outgoing(row, coming.now) if row else None)

    def take_all(connection: Connection, turns: Sequence[Turn]) -> list[Turned]:
        with connection.transaction(), connection.cursor() as cursor:
            return [take(cursor, turn) for turn in turns]

    return take_all
