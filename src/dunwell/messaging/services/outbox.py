"""Putting messages into the outbox, taking them back, and settling what nobody knows.

These run on Django's connection and inside the caller's transaction, where there is one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, transaction

from dunwell.messaging.channels.email.mime import one_line
from dunwell.messaging.models import ChannelPause

# Bounds the memory of one statement: a hundred-row notice is about 60 kB
_ROWS_PER_INSERT = 500
# The delays between the first attempts (retries.DELAYS) fill a working day with so many
ATTEMPTS_OF_A_WINDOW = 4

# What became of a message without a worker's word; whoever keeps the score repeats it
WINDOW_CLOSED = "The send window closed before it could go."
NEVER_ACCEPTED = "Not accepted before the send window closed."
WORKER_LOST = "The worker stopped while it was sending. The mail may have arrived."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What is to be sent.

    `key` names the message within its organization, for example "notice-17": the same key is
    never queued twice, whatever is queued under it. `not_before` is when it may go first,
    `not_after` the end of its send window; `owed_since` is the earliest due date it speaks of.
    """

    organization_id: int
    customer_id: int
    key: str
    recipient: str
    sender: str
    subject: str
    body_text: str
    not_before: dt.datetime
    body_html: str = ""
    recipient_name: str = ""
    sender_name: str = ""
    reply_to: str = ""
    preferences_url: str = ""
    copies: Sequence[Mapping[str, Any]] = ()
    channel: str = "email"
    not_after: dt.datetime | None = None
    owed_since: dt.date | None = None


def rfc_message_id(organization_id: int, key: str, sender: str) -> str:
    """The Message-ID of what is queued under `key`: always the same, and telling nothing about us."""
    digest = hashlib.blake2b(
        f"{organization_id}/{key}".encode(),
        digest_size=20,
        key=settings.SECRET_KEY.encode()[:64],
        person=b"message-id",
    ).hexdigest()
    domain = sender.rpartition("@")[2]
    if not domain.isascii():
        domain = domain.encode("idna").decode("ascii")
    return f"<{digest}@{one_line(domain)}>"


_COLUMNS = (
    ("organization_id", "bigint"),
    ("customer_id", "bigint"),
    ("channel", "text"),
    ("recipient", "text"),
    ("recipient_name", "text"),
    ("sender", "text"),
    ("sender_name", "text"),
    ("reply_to", "text"),
    ("copies", "jsonb"),
    ("preferences_url", "text"),
    ("subject", "text"),
    ("body_text", "text"),
    ("body_html", "text"),
    ("rfc_message_id", "text"),
    ("next_attempt_at", "timestamptz"),
    ("not_after", "timestamptz"),
    ("owed_since", "date"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_INSERT = f"""
INSERT INTO messaging_message ({_NAMES}, state, attempts, leased_by, last_error, cancel_reason)
SELECT {_NAMES}, 'queued', 0, '', '', ''
FROM unnest({", ".join(f"{'%b' if kind == 'text' else '%s'}::{kind}[]" for _, kind in _COLUMNS)}) AS new ({_NAMES})
ON CONFLICT (organization_id, rfc_message_id) DO NOTHING
RETURNING organization_id, rfc_message_id, id
"""  # noqa: S608 - built from the constants above
_FIND = """
SELECT m.organization_id, m.rfc_message_id, m.id
FROM unnest(%s::bigint[], %s::text[]) AS wanted (organization_id, rfc_message_id)
JOIN messaging_message m USING (organization_id, rfc_message_id)
"""


def enqueue(messages: Sequence[NewMessage]) -> list[int]:
    """Queue messages; their ids in the same order.

    A key that was queued before gives the id of the row that is there, whatever its state: nothing is queued again.
    """
    with transaction.atomic():
        return [
            message_id
            for start in range(0, len(messages), _ROWS_PER_INSERT)
            for message_id in _insert(messages[start : start + _ROWS_PER_INSERT])
        ]


def _insert(messages: Sequence[NewMessage]) -> list[int]:
    keys = [(m.organization_id, rfc_message_id(m.organization_id, m.key, m.sender)) for m in messages]
    rows = [
        (
            organization_id,
            m.customer_id,
            m.channel,
            m.recipient,
            m.recipient_name,
            m.sender,
            m.sender_name,
            m.reply_to,
            json.dumps(list(m.copies)),
            m.preferences_url,
            one_line(m.subject),
            m.body_text,
            m.body_html,
            message_id,
            m.not_before,
            m.not_after,
            m.owed_since,
        )
        for m, (organization_id, message_id) in zip(messages, keys, strict=True)
    ]
    with connection.cursor() as cursor:
        # Texts travel in binary, past Django's cursor: quoting 60 kB of HTML takes longer than sending it
        with psycopg.Cursor(cursor.connection) as plain:
            plain.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])
            ids = {(organization, message): row for organization, message, row in plain.fetchall()}
        missing = [key for key in keys if key not in ids]
        if missing:
            cursor.execute(_FIND, [[key[0] for key in missing], [key[1] for key in missing]])
            ids |= {(organization, message): row for organization, message, row in cursor.fetchall()}
    return [ids[key] for key in keys]


# One statement each: the change and its event cannot come apart. Rows are locked in the order of their ids.
_SETTLE = """
WITH chosen AS (
    SELECT id FROM messaging_message WHERE {condition} ORDER BY id FOR UPDATE
), changed AS (
    UPDATE messaging_message m SET {change} FROM chosen WHERE m.id = chosen.id RETURNING m.organization_id, m.id
)
INSERT INTO messaging_messageevent (organization_id, message_id, kind, at, detail, user_id)
SELECT organization_id, id, %(kind)s, %(now)s, %(detail)s, %(user)s FROM changed
RETURNING message_id
"""
_CANCEL = "state = 'cancelled', cancel_reason = left(%(detail)s, 300), finished_at = %(now)s, leased_until = NULL"
_CANCEL_THESE = _SETTLE.format(
    condition="id = ANY(%(ids)s) AND organization_id = %(organization)s AND state = 'queued'", change=_CANCEL
)
_CANCEL_LAPSED = _SETTLE.format(
    condition="organization_id = %(organization)s AND state = 'queued' AND not_after <= %(now)s", change=_CANCEL
)
_FAIL_LAPSED = _SETTLE.format(
    condition=(
        "organization_id = %(organization)s AND state = 'queued' AND not_after <= %(now)s AND attempts >= %(enough)s"
    ),
    change=(
        "state = 'failed', last_error = coalesce(nullif(m.last_error, ''), %(detail)s), finished_at = %(now)s, "
        "leased_until = NULL"
    ),
)
_SWEEP = _SETTLE.format(
    condition="organization_id = %(organization)s AND state = 'sending' AND leased_until < statement_timestamp()",
    change="state = 'uncertain', last_error = %(detail)s, finished_at = %(now)s",
)
_CONFIRM = _SETTLE.format(
    condition="id = ANY(%(ids)s) AND organization_id = %(organization)s AND state = 'uncertain'",
    change="state = 'sent', leased_until = NULL, leased_by = ''",
)
_RELEASE = _SETTLE.format(
    condition="id = ANY(%(ids)s) AND organization_id = %(organization)s AND state IN ('uncertain', 'failed')",
    change=(
        "state = 'queued', attempts = 0, next_attempt_at = %(now)s, finished_at = NULL, "
        "last_error = '', leased_until = NULL, leased_by = ''"
    ),
)


def _settle(statement: str, **parameters: str | int | list[int] | dt.datetime | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"user": None, **parameters})
        return [row[0] for row in cursor.fetchall()]


def cancel(
    *, organization_id: int, message_ids: Collection[int], reason: str, now: dt.datetime, user_id: int | None = None
) -> list[int]:
    """Take back what still waits; the ids that were taken back. What is on its way or finished stays as it is."""
    return _settle(
        _CANCEL_THESE,
        ids=list(message_ids),
        organization=organization_id,
        kind="cancelled",
        now=now,
        detail=reason,
        user=user_id,
    )


def cancel_lapsed(*, organization_id: int, now: dt.datetime) -> list[int]:
    """Take back what could not go before its send window closed; the ids, so that it can be composed afresh."""
    return _settle(
        _CANCEL_LAPSED,
        organization=organization_id,
        kind="cancelled",
        now=now,
        detail=WINDOW_CLOSED,
    )


def fail_lapsed(*, organization_id: int, now: dt.datetime) -> list[int]:
    """Give up what was tried a whole window long: tomorrow's message would begin to count anew, for ever. The ids."""
    return _settle(
        _FAIL_LAPSED,
        organization=organization_id,
        kind="failed",
        now=now,
        enough=ATTEMPTS_OF_A_WINDOW,
        detail=NEVER_ACCEPTED,
    )


def sweep(*, organization_id: int, now: dt.datetime) -> list[int]:
    """Mark as uncertain what a worker began to send and never finished; the ids.

    Safe to call at any time: a transmission that still runs holds a lease longer than it can take.
    """
    return _settle(
        _SWEEP,
        organization=organization_id,
        kind="uncertain",
        now=now,
        detail=WORKER_LOST,
    )


def confirm(*, organization_id: int, message_ids: Collection[int], user_id: int, now: dt.datetime) -> list[int]:
    """A person knows that these uncertain messages did arrive: they count as sent."""
    return _settle(
        _CONFIRM,
        ids=list(message_ids),
        organization=organization_id,
        kind="confirmed",
        now=now,
        detail="",
        user=user_id,
    )


def release(*, organization_id: int, message_ids: Collection[int], user_id: int, now: dt.datetime) -> list[int]:
    """A person wants these uncertain or failed messages sent again, now, with the same Message-ID."""
    return _settle(
        _RELEASE,
        ids=list(message_ids),
        organization=organization_id,
        kind="released",
        now=now,
        detail="",
        user=user_id,
    )


def resume(*, organization_id: int, channel: str = "email") -> None:
    """End the pause of a channel, after its settings were changed: its server is tried at once."""
    ChannelPause.objects.filter(organization_id=organization_id, channel=channel).delete()
