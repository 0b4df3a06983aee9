-- The same rule as assessed_items.sql and assessed_standings.sql, for any date and without writing.
WITH dispute AS (
    SELECT invoice.id AS invoice_id, sum(coalesce(hold.amount, invoice.total)) AS amount
      FROM ledger_hold AS hold
      JOIN ledger_invoice AS invoice
        ON invoice.organization_id = hold.organization_id
       AND (invoice.id = hold.invoice_id OR (hold.invoice_id IS NULL AND invoice.customer_id = hold.customer_id))
     WHERE hold.organization_id = %(organization)s AND hold.reason = 'dispute' AND hold.starts_on <= %(as_of)s
       AND (hold.ends_on IS NULL OR hold.ends_on > %(as_of)s)
       AND (hold.released_on IS NULL OR hold.released_on > %(as_of)s)
     GROUP BY invoice.id
), oldest AS (
    SELECT item.customer_id, min(item.due_on) AS due_on
      FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
      LEFT JOIN dispute ON dispute.invoice_id = item.invoice_id
     WHERE item.balance > coalesce(dispute.amount, 0)
     GROUP BY item.customer_id
), standing AS (
    SELECT CASE WHEN oldest.due_on < %(defaulter_if_due_before)s THEN 'defaulter'
                WHEN oldest.due_on < %(late_if_due_before)s THEN 'late'
                WHEN oldest.due_on <= %(due_soon_if_due_by)s THEN 'due_soon'
                ELSE 'current' END AS name
      FROM ledger_customer AS customer
      LEFT JOIN oldest ON oldest.customer_id = customer.id
     WHERE customer.organization_id = %(organization)s AND customer.known_from <= %(as_of)s
)
SELECT name, count(standing.name)
  FROM unnest(ARRAY['current', 'due_soon', 'late', 'defaulter']) AS known (name) LEFT JOIN standing USING (name)
 GROUP BY name
