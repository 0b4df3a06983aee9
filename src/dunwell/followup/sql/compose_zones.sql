-- The time zones of the customers who have something planned; empty: the organization's.
SELECT DISTINCT customer.time_zone
  FROM ledger_customer AS customer
 WHERE customer.id IN (SELECT customer_id FROM followup_action
                        WHERE organization_id = %(organization)s AND state = 'planned' AND notice_id IS NULL)
