-- Every open invoice of the customers in scope with the part of it that is disputed.
CREATE TEMPORARY TABLE assessed_item ON COMMIT DROP AS
SELECT item.customer_id, item.invoice_id, item.currency, item.due_on, item.balance,
       %(as_of)s - item.due_on AS days_past_due,
       least(item.balance, coalesce(dispute.amount, 0)) AS disputed
  FROM assess_scope AS scope
  JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item ON item.customer_id = scope.customer_id
  LEFT JOIN ledger_disputes(%(organization)s, %(as_of)s) AS dispute ON dispute.invoice_id = item.invoice_id
