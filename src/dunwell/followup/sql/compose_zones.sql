-- The time zones of the customers who have something planned (empty: the organization's), and through which channels.
SELECT DISTINCT customer.time_zone, planned.channel
  FROM (SELECT DISTINCT customer_id, channel FROM followup_action
         WHERE organization_id = %(organization)s AND state = 'planned' AND notice_id IS NULL
           AND channel NOT IN ('call', 'task')) AS planned
  JOIN ledger_customer AS customer ON customer.id = planned.customer_id
