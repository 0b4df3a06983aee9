-- Piles of printed letters that should have been posted by now; each once. Those of before the first look are old news.
INSERT INTO alerts_alert (organization_id, kind, source_key, details, happened_at)
SELECT batch.organization_id, 'letters_not_posted', 'batch:' || batch.id,
       jsonb_build_object('made_at', batch.made_at, 'letters', count(*)), %(now)s
  FROM messaging_printbatch AS batch
  JOIN messaging_batchletter AS letter ON letter.organization_id = batch.organization_id AND letter.batch_id = batch.id
  JOIN messaging_message AS message ON message.organization_id = letter.organization_id AND message.id = letter.message_id
 WHERE batch.organization_id = %(organization)s AND batch.posted_on IS NULL
   AND batch.made_at < %(unposted_since)s::timestamptz AND batch.made_at > %(unposted_since)s::timestamptz - interval '30 days'
   AND letter.called_back_at IS NULL AND message.state = 'sending'
   AND 'letters_not_posted' = ANY(%(kinds)s::text[])
 GROUP BY batch.organization_id, batch.id, batch.made_at
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
