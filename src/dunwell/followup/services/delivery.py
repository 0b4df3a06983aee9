"""What follow-up has to say while its notices are sent: the last check, and what became of each.

Both run on the sender's own connection, inside the transaction that changes the message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection, transaction

from dunwell.followup.sql import statement
from dunwell.messaging.services.turns import Next, Turn, Turned, coming_rows, ended_rows, outgoing
from dunwell.messaging.services.work import Cursor, Outcome, Refusal

REFUSALS = {
    "stopped": "Sending is stopped.",
    "stale": "The customer's data became older than the settings allow: it waits for news of the book.",
    "changed": "The facts or the day changed after it was written: it is written anew.",
    "not_queued": "It was called back.",
}
# What messaging itself says to the turn: over the hourly limit
NO_ROOM = "hourly_limit"


def take_turns(connection: psycopg.Connection[tuple[Any, ...]], turns: Sequence[Turn]) -> list[Turned]:
    """Turns of senders in one statement: what `record` does for sent messages, and the last check of the next.

    Nothing is sent for what is paid, held, netted, stale or otherwise not as written. Messages without a notice pass.
    """
    rows = connection.execute(
        statement("turns"),
        (ended_rows([turn.sent for turn in turns if turn.sent]), coming_rows([turn.coming for turn in turns])),
    ).fetchall()
    stored = {settled for settled, *_ in rows if settled is not None}
    begun = {message_id: (refusal, content) for _, message_id, refusal, *content in rows if message_id is not None}
    return [
        _turned(turn.coming, turn.sent is not None and turn.sent.message_id in stored, *begun[turn.coming.message_id])
        for turn in turns
    ]


def _turned(coming: Next, stored: bool, refusal: str | None, content: Sequence[Any]) -> Turned:
    if refusal == NO_ROOM:
        return Turned(stored, no_room=True)
    if refusal is not None:
        return Turned(stored, refusal=Refusal(REFUSALS[refusal]))
    return Turned(stored, outgoing(content, coming.now) if content[0] is not None else None)


def record(cursor: Cursor, message_id: int, outcome: Outcome) -> None:
    """The notice and its actions follow the message, in the same transaction."""
    if outcome.state == "sent":
        cursor.execute("SELECT followup_sent(ARRAY[%s::bigint], ARRAY[%s::timestamptz])", (message_id, outcome.at))
        return
    parameters = {"messages": [message_id], "state": outcome.state, "at": outcome.at, "detail": outcome.detail[:200]}
    cursor.execute(statement("record_outcome"), parameters)


@transaction.atomic
def record_these(*, message_ids: Sequence[int], state: str, detail: str, at: dt.datetime) -> None:
    """The same for messages that something other than a dispatcher changed: a sweep, a closed window, a person."""
    if not message_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            statement("record_outcome"),
            {"messages": list(message_ids), "state": state, "at": at, "detail": detail[:200]},
        )


@transaction.atomic
def follow_report(*, message_id: int, state: str, detail: str, at: dt.datetime) -> None:
    """The notice follows what a provider reported of its message: it has it (`sent`, `delivered`), or it came back."""
    if state == "failed":
        with connection.cursor() as cursor:
            cursor.execute(statement("undelivered"), {"message": message_id, "at": at})
        record_these(message_ids=[message_id], state="failed", detail=detail, at=at)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement("arrived"), {"message": message_id, "at": at})


def catch_up(*, organization_id: int, at: dt.datetime) -> None:
    """Notices that were left at `sending` though their message has ended follow it now."""
    with connection.cursor() as cursor:
        cursor.execute(statement("notices_left_behind"), {"organization": organization_id})
        left = cursor.fetchall()
    for state, message_ids in left:
        record_these(message_ids=message_ids, state=state, detail="", at=at)
