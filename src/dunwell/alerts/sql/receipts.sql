-- Each new alert for each member who is told of its kind; who sees own customers only hears of no others.
INSERT INTO alerts_alertreceipt (organization_id, alert_id, user_id)
SELECT alert.organization_id, alert.id, told.user_id
  FROM alerts_alert AS alert
  JOIN unnest(%(kinds)s::text[], %(users)s::bigint[], %(own_only)s::bool[], %(in_app)s::bool[],
              %(roles)s::text[]) AS told (kind, user_id, own_only, in_app, role) ON told.kind = alert.kind AND told.in_app
  LEFT JOIN ledger_customer AS customer ON customer.id = alert.customer_id
 WHERE alert.organization_id = %(organization)s AND alert.id = ANY(%(alerts)s::bigint[])
   AND (NOT told.own_only OR customer.owner_id = told.user_id)
   AND coalesce(alert.for_user_id, told.user_id) = told.user_id AND alert.for_role IN ('', told.role)
    ON CONFLICT (organization_id, alert_id, user_id) DO NOTHING
