-- Cases that became urgent, for whoever is told, and those that were given away, for whom they were given to; what was
-- raised and given at once is said once.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, for_user_id, for_role, details, happened_at)
SELECT change.organization_id, 'escalation', 'case:' || change.id, change.customer_id,
       CASE change.name WHEN 'given' THEN change.owner_id END, CASE change.name WHEN 'given' THEN change.role ELSE '' END,
       jsonb_build_object('priority', coalesce(change.after, kept.priority), 'event', change.name), change.recorded_at
  FROM followup_casechange AS change
  JOIN followup_case AS kept ON kept.id = change.case_id
 WHERE change.organization_id = %(organization)s AND change.recorded_at > %(since)s::timestamptz
   AND 'escalation' = ANY(%(kinds)s::text[])
   AND ((change.name = 'given' AND (change.owner_id IS NOT NULL OR change.role <> '')
         AND (change.owner_id IS NULL OR change.owner_id IS DISTINCT FROM change.by_id))
        OR (change.name = 'raised' AND change.after <= 2 AND NOT EXISTS (
                SELECT FROM followup_casechange AS given
                 WHERE given.case_id = change.case_id AND given.name = 'given' AND given.recorded_at = change.recorded_at)))
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
