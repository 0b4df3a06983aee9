-- Every open invoice of the customers in scope with the part of it that is disputed.
CREATE TEMPORARY TABLE assessed_item ON COMMIT DROP AS
SELECT item.customer_id, item.currency, item.due_on, item.balance,
       %(as_of)s - item.due_on AS days_past_due,
       least(item.balance, coalesce(dispute.amount, 0)) AS disputed
  FROM assess_scope AS scope
  JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item ON item.customer_id = scope.customer_id
  LEFT JOIN (
        SELECT invoice.id AS invoice_id, sum(coalesce(hold.amount, invoice.total)) AS amount
          FROM ledger_hold AS hold
          JOIN ledger_invoice AS invoice
            ON invoice.organization_id = hold.organization_id
           AND (invoice.id = hold.invoice_id OR (hold.invoice_id IS NULL AND invoice.customer_id = hold.customer_id))
         WHERE hold.organization_id = %(organization)s AND hold.reason = 'dispute' AND hold.starts_on <= %(as_of)s
           AND (hold.ends_on IS NULL OR hold.ends_on > %(as_of)s)
           AND (hold.released_on IS NULL OR hold.released_on > %(as_of)s)
         GROUP BY invoice.id
  ) AS dispute ON dispute.invoice_id = item.invoice_id
