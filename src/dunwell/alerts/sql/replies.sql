-- What customers answered in their own words; a word that counts by itself needs nobody.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, details, happened_at)
SELECT reply.organization_id, 'reply_received', 'reply:' || reply.id, reply.customer_id,
       jsonb_build_object('sender', reply.sender, 'body', left(reply.body, 300)), reply.received_at
  FROM messaging_reply AS reply
 WHERE reply.organization_id = %(organization)s AND reply.received_at > %(since)s::timestamptz
   AND reply.dealt_with_at IS NULL AND 'reply_received' = ANY(%(kinds)s::text[])
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
