-- Facts that take back what had ended: only these can open a closed case again on a later day.
INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
SELECT DISTINCT invoice.organization_id, invoice.customer_id
  FROM ledger_allocation AS allocation JOIN ledger_invoice AS invoice ON invoice.id = allocation.invoice_id
 WHERE allocation.organization_id = %(organization)s AND allocation.reversed_on = %(as_of)s
UNION
SELECT DISTINCT invoice.organization_id, invoice.customer_id
  FROM ledger_writeoff AS write_off JOIN ledger_invoice AS invoice ON invoice.id = write_off.invoice_id
 WHERE write_off.organization_id = %(organization)s AND write_off.reversed_on = %(as_of)s
