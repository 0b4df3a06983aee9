-- Changes of standing that somebody wants to hear of. `first`: never late before, by everything that was recorded.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, details, happened_at)
SELECT change.organization_id, named.kind, 'standing:' || change.id || ':' || named.kind, change.customer_id,
       jsonb_build_object('changed_on', change.changed_on), change.recorded_at
  FROM followup_standingchange AS change
 CROSS JOIN LATERAL (
           SELECT 'became_defaulter' AS kind WHERE change.name = 'became_defaulter'
           UNION ALL
           SELECT 'defaulted_again' WHERE change.name = 'defaulted_again'
           UNION ALL
           SELECT 'first_missed_payment'
            WHERE change.after IN ('late', 'defaulter')
              AND NOT EXISTS (
                      SELECT FROM followup_standingchange AS earlier
                       WHERE earlier.organization_id = change.organization_id AND earlier.customer_id = change.customer_id
                         AND earlier.id < change.id AND earlier.after IN ('late', 'defaulter'))
       ) AS named
 WHERE change.organization_id = %(organization)s AND change.recorded_at > %(since)s::timestamptz
   AND named.kind = ANY(%(kinds)s::text[])
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
