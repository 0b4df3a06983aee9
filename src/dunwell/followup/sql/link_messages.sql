INSERT INTO followup_noticemessage (organization_id, notice_id, message_id)
SELECT %(organization)s, pair.notice, pair.message
  FROM unnest(%(notices)s::bigint[], %(messages)s::bigint[]) AS pair (notice, message)
    ON CONFLICT (message_id) DO NOTHING
