-- The same by e-mail: at once, or with the day's others.
INSERT INTO alerts_alertsend (organization_id, alert_id, way, user_id, state, attempts, next_attempt_at, error)
SELECT alert.organization_id, alert.id, told.way, told.user_id, 'queued', 0,
       CASE told.way WHEN 'digest' THEN %(next_digest)s::timestamptz ELSE %(now)s::timestamptz END, ''
  FROM alerts_alert AS alert
  JOIN unnest(%(kinds)s::text[], %(users)s::bigint[], %(own_only)s::bool[], %(ways)s::text[],
              %(roles)s::text[]) AS told (kind, user_id, own_only, way, role) ON told.kind = alert.kind AND told.way <> ''
  LEFT JOIN ledger_customer AS customer ON customer.id = alert.customer_id
 WHERE alert.organization_id = %(organization)s AND alert.id = ANY(%(alerts)s::bigint[])
   AND (NOT told.own_only OR customer.owner_id = told.user_id)
   AND coalesce(alert.for_user_id, told.user_id) = told.user_id AND alert.for_role IN ('', told.role)
 ORDER BY alert.id
    ON CONFLICT DO NOTHING
