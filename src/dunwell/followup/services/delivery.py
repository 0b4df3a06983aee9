"""What follow-up has to say while its notices are sent: the last check, and what became of each.

Both run on the sender's own connection, inside the transaction that changes the message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction

from dunwell.followup.sql import statement
from dunwell.messaging.services.work import Cursor, Outcome, Refusal

REFUSALS = {
    "stopped": "Sending is stopped.",
    "changed": "The facts or the day changed after it was written: it is written anew.",
    "not_queued": "It was called back.",
}


def guard(cursor: Cursor, message_id: int) -> Refusal | None:
    """Nothing is sent for what is paid, held, netted or otherwise not as written. Messages without a notice pass."""
    parameters = {"message": message_id}
    if cursor.execute(statement("guard_notice"), parameters).fetchone():
        return None
    row = cursor.execute(statement("guard_reason"), parameters).fetchone()
    return Refusal(REFUSALS[row[0]]) if row else None


def record(cursor: Cursor, message_id: int, outcome: Outcome) -> None:
    """The notice and its actions follow the message, in the same transaction."""
    if outcome.state == "sent":
        cursor.execute(statement("record_sent"), {"message": message_id, "at": outcome.at})
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


def catch_up(*, organization_id: int, at: dt.datetime) -> None:
    """Notices that were left at `sending` though their message has ended follow it now."""
    with connection.cursor() as cursor:
        cursor.execute(statement("notices_left_behind"), {"organization": organization_id})
        left = cursor.fetchall()
    for state, message_ids in left:
        record_these(message_ids=message_ids, state=state, detail="", at=at)
