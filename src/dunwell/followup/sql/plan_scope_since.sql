-- What can have changed since the last pass: invoices whose due date came into a step's reach (or that
-- fell due, which ends the steps before it), customers whose facts changed, and on a new day whatever has
-- not ended; with each such customer what else is still active for him, as limits and sums are his.
CREATE TEMPORARY TABLE plan_scope ON COMMIT DROP AS
WITH reached AS MATERIALIZED (
    SELECT item.invoice_id, item.customer_id, item.currency, item.issued_on, item.due_on, item.balance
      FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
     WHERE item.due_on = ANY (%(reached)s::date[])
    UNION  -- entered before it was issued
    SELECT item.invoice_id, item.customer_id, item.currency, item.issued_on, item.due_on, item.balance
      FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
     WHERE item.issued_on > %(since)s AND item.due_on > %(since)s AND item.due_on <= %(furthest_reach)s
    UNION  -- steps that count from the issue date
    SELECT item.invoice_id, item.customer_id, item.currency, item.issued_on, item.due_on, item.balance
      FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
     WHERE item.issued_on = ANY (%(issued_reached)s::date[])
    UNION
    SELECT item.invoice_id, item.customer_id, item.currency, item.issued_on, item.due_on, item.balance
      FROM pass_touched
      JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item ON item.customer_id = pass_touched.customer_id
), again AS MATERIALIZED (
    SELECT DISTINCT customer_id FROM reached
    UNION
    SELECT customer_id FROM followup_action
     WHERE organization_id = %(organization)s AND state IN ('waiting', 'planned') AND %(new_day)s
)
SELECT * FROM reached
UNION
SELECT item.invoice_id, item.customer_id, item.currency, item.issued_on, item.due_on, item.balance
  FROM again
  JOIN followup_action AS action
    ON action.organization_id = %(organization)s AND action.customer_id = again.customer_id
   AND action.state IN ('waiting', 'planned')
  JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item ON item.invoice_id = action.invoice_id
