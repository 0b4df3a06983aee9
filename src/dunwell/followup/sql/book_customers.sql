-- Customers by standing for any date, without writing.
WITH oldest AS (
    SELECT item.customer_id, min(item.due_on) AS due_on
      FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
      LEFT JOIN ledger_disputes(%(organization)s, %(as_of)s) AS dispute ON dispute.invoice_id = item.invoice_id
     WHERE item.balance > coalesce(dispute.amount, 0)
     GROUP BY item.customer_id
), standing AS (
    SELECT followup_standing(oldest.due_on, %(defaulter_if_due_before)s, %(late_if_due_before)s, %(due_soon_if_due_by)s) AS name
      FROM ledger_customers_known(%(organization)s, %(as_of)s) AS customer
      LEFT JOIN oldest ON oldest.customer_id = customer.customer_id
)
SELECT name, count(standing.name)
  FROM unnest(ARRAY['current', 'due_soon', 'late', 'defaulter']) AS known (name) LEFT JOIN standing USING (name)
 GROUP BY name
