CREATE TEMPORARY TABLE assess_scope ON COMMIT DROP AS
SELECT customer_id FROM ledger_customers_known(%(organization)s, %(as_of)s)
