-- Everything open: the first pass, and whenever policy, settings or calendar have changed.
CREATE TEMPORARY TABLE plan_scope ON COMMIT DROP AS
SELECT invoice_id, customer_id, currency, issued_on, due_on, balance
  FROM ledger_open_items(%(organization)s, %(as_of)s)
