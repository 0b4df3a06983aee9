-- The same to each destination that asked for the kind.
INSERT INTO alerts_alertsend (organization_id, alert_id, way, destination_id, state, attempts, next_attempt_at, error)
SELECT alert.organization_id, alert.id, 'chat', destination.id, 'queued', 0, %(now)s, ''
  FROM alerts_alert AS alert
  JOIN alerts_alertdestination AS destination
    ON destination.organization_id = alert.organization_id AND alert.kind = ANY(destination.kinds)
 WHERE alert.organization_id = %(organization)s AND alert.id = ANY(%(alerts)s::bigint[])
    ON CONFLICT DO NOTHING
