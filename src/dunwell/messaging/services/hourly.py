"""The most messages an organization sends in any 60 minutes, over all workers and hosts.

What has begun is counted in the outbox itself, where a killed worker's message stands too. `messaging_room_for`
decides about messages in the transaction that begins them; that lanes ask for the room beforehand only spares vain
tries.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import psycopg

from dunwell.messaging.services import statements

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Room:
    """How many messages may begin now, None: any number; when there are none, from when on."""

    left: int | None
    opens_at: dt.datetime | None = None


def room(connection: Connection, organization_id: int, now: dt.datetime) -> Room:
    row = connection.execute(statements.ROOM, (organization_id, now)).fetchone()
    assert row is not None
    return Room(*row)
