DROP FUNCTION ledger_customers_known(bigint, date);
DROP FUNCTION ledger_customers_gone() CASCADE;
DROP FUNCTION ledger_netted(bigint, bigint, varchar, numeric, date);
DROP FUNCTION ledger_pending_payments(bigint, date, date);
DROP FUNCTION ledger_disputes(bigint, date);
DROP FUNCTION ledger_standing_holds(bigint, date);
CREATE OR REPLACE FUNCTION ledger_open_items(organization bigint, as_of date)
RETURNS TABLE (invoice_id bigint, customer_id bigint, currency varchar, issued_on date, due_on date, total numeric, balance numeric)
LANGUAGE sql STABLE AS $$
    SELECT invoice.id, invoice.customer_id, invoice.currency, invoice.issued_on, invoice.due_on, invoice.total,
           invoice.total - CASE WHEN invoice.last_entry_on > as_of THEN ledger_applied_by(invoice.id, as_of)
                                ELSE invoice.applied + invoice.written_off END
      FROM ledger_invoice AS invoice
     WHERE invoice.organization_id = organization AND NOT invoice.is_draft AND invoice.issued_on <= as_of
       AND invoice.settled_on IS NULL
       AND (invoice.last_entry_on IS NULL OR invoice.last_entry_on <= as_of
            OR invoice.total > ledger_applied_by(invoice.id, as_of))
    UNION ALL
    SELECT invoice.id, invoice.customer_id, invoice.currency, invoice.issued_on, invoice.due_on, invoice.total,
           invoice.total - ledger_applied_by(invoice.id, as_of)
      FROM ledger_invoice AS invoice
     WHERE invoice.organization_id = organization AND NOT invoice.is_draft AND invoice.issued_on <= as_of
       AND invoice.settled_on > as_of
       AND invoice.total > ledger_applied_by(invoice.id, as_of)
$$;
