CREATE TEMPORARY TABLE assess_scope ON COMMIT DROP AS
SELECT customer.id AS customer_id
  FROM pass_touched JOIN ledger_customer AS customer ON customer.id = pass_touched.customer_id
 WHERE customer.organization_id = %(organization)s AND customer.known_from <= %(as_of)s
