-- Standing of each customer on a few days, by the rule of assessed_standings.sql on the book of each day.
CREATE TEMPORARY TABLE history_standing ON COMMIT DROP AS
WITH looked_at AS (
    SELECT * FROM unnest(%(days)s::date[], %(late_if_due_before)s::date[], %(defaulter_if_due_before)s::date[],
                         %(due_soon_if_due_by)s::date[]) AS looked_at (day, late_before, defaulter_before, due_soon_by)
), dispute AS (
    SELECT looked_at.day, invoice.id AS invoice_id, sum(coalesce(hold.amount, invoice.total)) AS amount
      FROM looked_at
      JOIN ledger_hold AS hold
        ON hold.organization_id = %(organization)s AND hold.reason = 'dispute' AND hold.starts_on <= looked_at.day
       AND (hold.ends_on IS NULL OR hold.ends_on > looked_at.day)
       AND (hold.released_on IS NULL OR hold.released_on > looked_at.day)
      JOIN ledger_invoice AS invoice
        ON invoice.organization_id = hold.organization_id
       AND (invoice.id = hold.invoice_id OR (hold.invoice_id IS NULL AND invoice.customer_id = hold.customer_id))
     GROUP BY looked_at.day, invoice.id
), item AS (
    SELECT looked_at.day, item.customer_id, item.currency, item.balance, item.due_on,
           item.balance > coalesce(dispute.amount, 0) AS is_undisputed
      FROM looked_at
     CROSS JOIN LATERAL ledger_open_items(%(organization)s, looked_at.day) AS item
      LEFT JOIN dispute ON dispute.day = looked_at.day AND dispute.invoice_id = item.invoice_id
), owed AS (
    SELECT day, customer_id, currency, sum(balance) AS outstanding,
           min(min(due_on) FILTER (WHERE is_undisputed)) OVER (PARTITION BY day, customer_id) AS oldest
      FROM item GROUP BY day, customer_id, currency
)
SELECT owed.day, owed.customer_id, owed.currency, owed.outstanding,
       CASE WHEN owed.oldest < looked_at.defaulter_before THEN 'defaulter'
            WHEN owed.oldest < looked_at.late_before THEN 'late'
            WHEN owed.oldest <= looked_at.due_soon_by THEN 'due_soon'
            ELSE 'current' END AS standing
  FROM owed JOIN looked_at USING (day)
