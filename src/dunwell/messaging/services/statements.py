"""The SQL of dispatch. Plain psycopg on connections of its own: the ORM would take longer than the server.

Leases and pauses are on the database's clock (`statement_timestamp()`), so that hosts with
wrong clocks agree; the due time and the window are compared with the caller's `now`.
"""

from __future__ import annotations

# Each channel by itself, in the order of its index; what was locked beyond the limit is free again in a moment
CLAIM = """
WITH due AS (
    SELECT found.id
    FROM unnest(%(channels)s::varchar[]) AS wanted (channel)
    CROSS JOIN LATERAL (
        SELECT id, next_attempt_at, owed_since
        FROM messaging_message
        WHERE organization_id = %(organization)s
          AND state = 'queued'
          AND channel = wanted.channel
          AND next_attempt_at <= %(now)s
          AND (not_after IS NULL OR not_after > %(now)s)
          AND (leased_until IS NULL OR leased_until < statement_timestamp())
        ORDER BY next_attempt_at, owed_since, id
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ) AS found
    ORDER BY found.next_attempt_at, found.owed_since, found.id
    LIMIT %(limit)s
)
UPDATE messaging_message m
SET leased_by = %(worker)s, leased_until = statement_timestamp() + %(lease)s
FROM due
WHERE m.id = due.id
RETURNING m.next_attempt_at, coalesce(m.owed_since, date '9999-12-31'), m.id, m.channel
"""

# How many connections are worth opening; `limit` bounds the count
DUE = """
SELECT count(*)
FROM (
    SELECT FROM messaging_message
    WHERE organization_id = %(organization)s AND state = 'queued' AND channel = ANY(%(channels)s)
      AND next_attempt_at <= %(now)s
    LIMIT %(limit)s
) AS due
"""

# Locked from here on: whoever cancels waits
HOLD = "SELECT message FROM messaging_hold(%s::jsonb)"

BEGIN = "SELECT messaging_begin(%s::jsonb, ARRAY[%s::bigint])"

# What is transmitted of a message that has begun; `attempts` counts those before
BEGUN = """
SELECT id, organization_id, customer_id, recipient, recipient_name, sender, sender_name, reply_to,
       subject, body_text, body_html, rfc_message_id, attempts, copies, preferences_url
FROM messaging_message
WHERE id = %s AND state = 'sending' AND leased_by = %s
"""

# Begun and refused in one transaction: nobody else has seen it as `sending`
NOT_BEGUN = "UPDATE messaging_message SET state = 'queued', sending_at = NULL WHERE id = %s"

# Those of these that may begin under the hourly limit
ROOM_FOR = "SELECT messaging_room_for(ARRAY[%s::bigint], %s::timestamptz)"

ROOM = "SELECT room, opens_at FROM messaging_room(%s::bigint, %s::timestamptz)"

SETTLE = "SELECT message FROM messaging_settle(%s::jsonb)"

STORE_REFUSAL = """
WITH stored AS (
    UPDATE messaging_message
    SET state = 'cancelled', cancel_reason = left(%(reason)s, 300), finished_at = %(at)s,
        sending_at = NULL, leased_until = NULL, leased_by = ''
    WHERE id = %(id)s AND leased_by = %(worker)s AND state = 'queued'
    RETURNING organization_id, id
)
INSERT INTO messaging_messageevent (organization_id, message_id, kind, at, detail)
SELECT organization_id, id, 'cancelled', %(at)s, %(reason)s FROM stored
RETURNING message_id
"""

# Nothing of it was sent: as if it had not been begun
PUT_BACK = """
UPDATE messaging_message
SET state = 'queued', sending_at = NULL, finished_at = NULL, leased_until = NULL, leased_by = '',
    next_attempt_at = coalesce(%(next_attempt_at)s, next_attempt_at)
WHERE id = %(id)s AND leased_by = %(worker)s AND state IN ('queued', 'sending', 'uncertain')
"""

GIVE_BACK = """
UPDATE messaging_message
SET leased_until = NULL, leased_by = ''
WHERE id = ANY(%(ids)s) AND leased_by = %(worker)s AND state = 'queued'
"""

STANDING_PAUSES = """
SELECT channel, server, reason
FROM messaging_channelpause
WHERE organization_id = %(organization)s AND paused_until > statement_timestamp()
"""

# Several connections that fail at the same time are one failure
PAUSE = """
INSERT INTO messaging_channelpause AS p (organization_id, channel, server, reason, failures, since, paused_until)
VALUES (%(organization)s, %(channel)s, %(server)s, %(reason)s, 1, statement_timestamp(),
        statement_timestamp() + (%(pauses)s::interval[])[1])
ON CONFLICT (organization_id, channel) DO UPDATE
SET server = excluded.server,
    reason = excluded.reason,
    failures = CASE WHEN p.server = excluded.server THEN p.failures + 1 ELSE 1 END,
    since = CASE WHEN p.server = excluded.server THEN p.since ELSE excluded.since END,
    paused_until = statement_timestamp() + (%(pauses)s::interval[])[
        CASE WHEN p.server = excluded.server THEN least(p.failures + 1, cardinality(%(pauses)s::interval[])) ELSE 1 END
    ]
WHERE p.paused_until <= statement_timestamp() OR p.server <> excluded.server
"""

END_PAUSE = "DELETE FROM messaging_channelpause WHERE organization_id = %(organization)s AND channel = %(channel)s"
