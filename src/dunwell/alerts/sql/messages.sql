-- Messages that failed, or of which nobody knows whether they arrived.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, notice_id, details, happened_at)
SELECT message.organization_id, 'message_' || message.state,
       'message:' || message.id || ':' || message.state || ':' || message.attempts, message.customer_id, link.notice_id,
       jsonb_build_object('recipient', message.recipient, 'error', left(message.last_error, 300)), message.finished_at
  FROM messaging_message AS message
  LEFT JOIN followup_noticemessage AS link
         ON link.organization_id = message.organization_id AND link.message_id = message.id
 WHERE message.organization_id = %(organization)s AND message.state IN ('failed', 'uncertain')
   AND message.finished_at > %(since)s::timestamptz AND 'message_' || message.state = ANY(%(kinds)s::text[])
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
