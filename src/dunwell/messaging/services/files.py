"""Files that go with messages: kept under their digest, read when their message's turn has come."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg
from django.db import connection as django_connection

from dunwell.messaging.channels.port import Attachment

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

# What mail servers of customers take, with a third for base64: Gmail 25 MB, Exchange 10 MB and more
MOST_BYTES = 7 * 1024 * 1024
# Bounds the memory of one statement
_BYTES_PER_INSERT = 8 * 1024 * 1024

_KEEP = """
INSERT INTO messaging_storedfile (organization_id, sha256, media_type, size, content, used_at)
SELECT %s::bigint, sha256, media_type, length(content), content, %s::timestamptz
FROM unnest(%s::text[], %s::text[], %b::bytea[]) AS new (sha256, media_type, content)
ON CONFLICT (organization_id, sha256) DO UPDATE SET used_at = excluded.used_at
RETURNING sha256, id
"""
_WITH_FILES = "SELECT DISTINCT message_id FROM messaging_messagefile WHERE message_id = ANY(%s)"
_FILES_OF = """
SELECT attached.name, file.media_type, file.content
FROM messaging_messagefile AS attached JOIN messaging_storedfile AS file ON file.id = attached.file_id
WHERE attached.message_id = %s
ORDER BY attached.position
"""


def keep(*, organization_id: int, files: Sequence[tuple[str, bytes]], now: dt.datetime) -> dict[str, int]:
    """Store files (media type and content) in the caller's transaction; the row of each by its content's digest."""
    found: dict[str, int] = {}
    new = {digest_of(content): (media_type, content) for media_type, content in files}
    # In the order of the digests: two who store the same files do not wait for one another in a ring
    batch: list[tuple[str, str, bytes]] = []
    size = 0
    for digest in sorted(new):
        batch.append((digest, *new[digest]))
        size += len(new[digest][1])
        if size >= _BYTES_PER_INSERT:
            found |= _insert(organization_id, batch, now)
            batch, size = [], 0
    return found | (_insert(organization_id, batch, now) if batch else {})


def digest_of(content: bytes) -> str:
    """Under what a file is kept."""
    return hashlib.sha256(content).hexdigest()


def _insert(organization_id: int, batch: list[tuple[str, str, bytes]], now: dt.datetime) -> dict[str, int]:
    digests, media_types, contents = zip(*batch, strict=True)
    # Past Django's cursor, which would write the bytes as text
    with django_connection.cursor() as cursor, psycopg.Cursor(cursor.connection) as plain:
        plain.execute(_KEEP, [organization_id, now, list(digests), list(media_types), list(contents)])
        return dict(plain.fetchall())


def with_files(connection: Connection, message_ids: Sequence[int]) -> set[int]:
    """Which of these messages have files; most have none, so this is asked once for many."""
    return {message_id for (message_id,) in connection.execute(_WITH_FILES, (list(message_ids),))}


def attachments(connection: Connection, message_id: int) -> tuple[Attachment, ...]:
    """The files of one message, in their order."""
    rows = connection.execute(_FILES_OF, (message_id,)).fetchall()
    return tuple(Attachment(name, media_type, bytes(content)) for name, media_type, content in rows)
