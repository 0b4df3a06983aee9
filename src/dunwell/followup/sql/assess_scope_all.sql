CREATE TEMPORARY TABLE assess_scope ON COMMIT DROP AS
SELECT id AS customer_id FROM ledger_customer
 WHERE organization_id = %(organization)s AND known_from <= %(as_of)s
