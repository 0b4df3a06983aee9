-- Facts that were entered ahead and count from a day since the last pass. Those that only end something are seen
-- by every new day's pass; these can open a closed case again, or move a due date.
INSERT INTO pass_touched
SELECT invoice.customer_id
  FROM ledger_allocation AS allocation JOIN ledger_invoice AS invoice ON invoice.id = allocation.invoice_id
 WHERE allocation.organization_id = %(organization)s
   AND allocation.reversed_on > %(since)s AND allocation.reversed_on <= %(as_of)s
UNION
SELECT invoice.customer_id
  FROM ledger_writeoff AS write_off JOIN ledger_invoice AS invoice ON invoice.id = write_off.invoice_id
 WHERE write_off.organization_id = %(organization)s
   AND write_off.reversed_on > %(since)s AND write_off.reversed_on <= %(as_of)s
UNION
SELECT invoice.customer_id
  FROM ledger_duedateextension AS extension JOIN ledger_invoice AS invoice ON invoice.id = extension.invoice_id
 WHERE extension.organization_id = %(organization)s
   AND extension.extended_on > %(since)s AND extension.extended_on <= %(as_of)s
UNION  -- a balance that shrinks on its day may bring it below a step's maximum
SELECT invoice.customer_id
  FROM ledger_allocation AS allocation JOIN ledger_invoice AS invoice ON invoice.id = allocation.invoice_id
 WHERE %(balance_conditions)s AND allocation.organization_id = %(organization)s
   AND allocation.effective_on > %(since)s AND allocation.effective_on <= %(as_of)s
UNION
SELECT invoice.customer_id
  FROM ledger_writeoff AS write_off JOIN ledger_invoice AS invoice ON invoice.id = write_off.invoice_id
 WHERE %(balance_conditions)s AND write_off.organization_id = %(organization)s
   AND write_off.written_off_on > %(since)s AND write_off.written_off_on <= %(as_of)s
