-- What unapplied credit takes off the invoices of the customers in scope.
CREATE TEMPORARY TABLE plan_netting ON COMMIT DROP AS
SELECT netted.invoice_id, netted.amount AS netted
  FROM ledger_unapplied_credit(%(organization)s, %(as_of)s) AS credit
  JOIN (SELECT DISTINCT customer_id FROM plan_candidate) AS asked ON asked.customer_id = credit.customer_id
 CROSS JOIN LATERAL ledger_netted(%(organization)s, credit.customer_id, credit.currency, credit.amount, %(as_of)s) AS netted
