-- The message carries the files of its notice.
WITH pair AS MATERIALIZED (
    SELECT * FROM unnest(%(notices)s::bigint[], %(messages)s::bigint[]) AS pair (notice, message)
), files AS (
    INSERT INTO messaging_messagefile (organization_id, message_id, file_id, name, position)
    SELECT attached.organization_id, pair.message, attached.file_id, attached.name, attached.position
      FROM pair JOIN followup_noticefile AS attached ON attached.notice_id = pair.notice AND attached.file_id IS NOT NULL
        ON CONFLICT (message_id, position) DO NOTHING
)
INSERT INTO followup_noticemessage (organization_id, notice_id, message_id)
SELECT %(organization)s, pair.notice, pair.message
  FROM pair
    ON CONFLICT (message_id) DO NOTHING
