-- What is nobody's on the worklist since somebody left or was given another role: the last change of each person once, with
-- what is left of it.
WITH changed AS (
    SELECT DISTINCT ON (user_id) pgh_id, user_id, pgh_created_at
      FROM organizations_membershipevent
     WHERE organization_id = %(organization)s AND pgh_created_at > %(since)s AND pgh_label <> 'insert'
     ORDER BY user_id, pgh_id DESC
)
INSERT INTO alerts_alert (organization_id, kind, source_key, details, happened_at)
SELECT %(organization)s, 'work_left', 'membership:' || changed.pgh_id,
       jsonb_build_object('person', coalesce(nullif(person.name, ''), person.email), 'entries', remains.entries), changed.pgh_created_at
  FROM changed
  JOIN organizations_user AS person ON person.id = changed.user_id
 CROSS JOIN LATERAL (SELECT followup_work_left(%(organization)s, changed.user_id) AS entries OFFSET 0) AS remains
 WHERE 'work_left' = ANY(%(kinds)s::text[]) AND remains.entries > 0
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
