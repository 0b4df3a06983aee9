-- Customers whose facts were changed by somebody since the plan took its note of them.
SELECT DISTINCT customer_id FROM ledger_touchedcustomer
 WHERE organization_id = %(organization)s AND customer_id = ANY (%(customers)s::bigint[])
