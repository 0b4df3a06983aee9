"""Letters in people's hands: printed, posted, taken back. Each change of a message has its event, in one statement.

A printed letter is `sending`: it may be in the post already. Its lease is the batch's, so that no sweep calls it lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection

# A pile may lie for a while; nobody but a person ends it
LEASE = dt.timedelta(days=3650)
# Until then the pile is made, or whoever made it is gone
MAKING = dt.timedelta(minutes=10)

_CHANGE = """
WITH chosen AS (
    SELECT id FROM messaging_message
     WHERE organization_id = %(organization)s AND id = ANY(%(ids)s) AND channel = 'letter' AND state = '{state}'
     ORDER BY id FOR UPDATE
), changed AS (
    UPDATE messaging_message AS m SET {change} FROM chosen WHERE m.id = chosen.id RETURNING m.organization_id, m.id
)
INSERT INTO messaging_messageevent (organization_id, message_id, kind, at, detail, user_id)
SELECT organization_id, id, '{kind}', %(now)s, %(detail)s, %(user)s FROM changed
RETURNING message_id
"""
_CLAIM = """
UPDATE messaging_message AS m SET leased_by = %(worker)s, leased_until = %(until)s
  FROM (SELECT id FROM messaging_message
         WHERE organization_id = %(organization)s AND channel = 'letter' AND state = 'queued'
           AND next_attempt_at <= %(now)s AND (not_after IS NULL OR not_after > %(now)s)
           AND (leased_until IS NULL OR leased_until <= %(now)s)
         ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED) AS due
 WHERE m.id = due.id
RETURNING m.id
"""
_GIVE_BACK = """
UPDATE messaging_message SET leased_by = '', leased_until = NULL
 WHERE organization_id = %(organization)s AND id = ANY(%(ids)s) AND state = 'queued' AND leased_by = %(worker)s
RETURNING id
"""
_POSTED = _CHANGE.format(
    state="sending",
    kind="sent",
    change="state = 'sent', attempts = 1, finished_at = %(now)s, leased_until = NULL, leased_by = ''",
)
_NOT_POSTED = _CHANGE.format(
    state="sent",
    kind="unposted",
    change=(
        "state = 'sending', attempts = 0, finished_at = NULL, sending_at = %(now)s, leased_until = %(until)s, "
        "leased_by = %(worker)s"
    ),
)
_TAKEN_BACK = _CHANGE.format(
    state="sending",
    kind="cancelled",
    change=(
        "state = 'cancelled', cancel_reason = left(%(detail)s, 300), finished_at = %(now)s, sending_at = NULL, "
        "leased_until = NULL, leased_by = ''"
    ),
)


def worker_of(batch_id: int) -> str:
    """Under whose name a batch holds its letters."""
    return f"print batch {batch_id}"


def claim(*, organization_id: int, worker: str, most: int, now: dt.datetime) -> list[int]:
    """Lease letters that are due to one who prints, while the pile is made; of two at once each letter goes to one."""
    return _ids(_CLAIM, organization=organization_id, worker=worker, until=now + MAKING, most=most, now=now)


def given_back(*, organization_id: int, message_ids: Collection[int], worker: str) -> None:
    """They were claimed and not begun: they wait in the queue as before."""
    _ids(_GIVE_BACK, organization=organization_id, ids=list(message_ids), worker=worker)


def posted(
    *, organization_id: int, message_ids: Collection[int], detail: str, user_id: int, now: dt.datetime
) -> list[int]:
    """They are in the post; the ids of those that were printed and not taken back."""
    return _ids(_POSTED, organization=organization_id, ids=list(message_ids), detail=detail, user=user_id, now=now)


def not_posted(
    *, organization_id: int, message_ids: Collection[int], worker: str, user_id: int, now: dt.datetime
) -> list[int]:
    """They were not in the post after all: they lie in the pile again."""
    return _ids(
        _NOT_POSTED,
        organization=organization_id,
        ids=list(message_ids),
        worker=worker,
        until=now + LEASE,
        detail="",
        user=user_id,
        now=now,
    )


def taken_back(
    *, organization_id: int, message_ids: Collection[int], reason: str, user_id: int | None, now: dt.datetime
) -> list[int]:
    """They come out of the pile and are not posted."""
    return _ids(_TAKEN_BACK, organization=organization_id, ids=list(message_ids), detail=reason, user=user_id, now=now)


def _ids(statement: str, **parameters: str | int | list[int] | dt.datetime | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]
