-- The time zones of the customers who have something planned (empty: the organization's), and through which channels.
SELECT DISTINCT customer.time_zone, step.channel
  FROM (SELECT DISTINCT customer_id, step_id FROM followup_action
         WHERE organization_id = %(organization)s AND state = 'planned' AND notice_id IS NULL) AS planned
  JOIN ledger_customer AS customer ON customer.id = planned.customer_id
  JOIN followup_policystep AS step ON step.id = planned.step_id AND step.channel NOT IN ('call', 'task')
