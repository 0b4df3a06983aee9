CREATE TEMPORARY TABLE preview_before ON COMMIT DROP AS
SELECT action.invoice_id,
       string_agg(step.name || ': ' || action.state || coalesce(' ' || nullif(action.reason, ''), ''), ', '
                  ORDER BY action.offset_days, action.id) AS steps
  FROM followup_action AS action JOIN followup_policystep AS step ON step.id = action.step_id
 WHERE action.organization_id = %(organization)s AND action.state IN ('waiting', 'planned')
 GROUP BY action.invoice_id
