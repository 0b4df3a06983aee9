DROP FUNCTION ledger_unapplied_credit(bigint, date);
DROP FUNCTION ledger_open_items(bigint, date);
DROP FUNCTION ledger_customers_touched() CASCADE;
DROP FUNCTION ledger_customer_itself_touched() CASCADE;
DROP FUNCTION ledger_write_offs_changed() CASCADE;
DROP FUNCTION ledger_allocations_changed() CASCADE;
DROP FUNCTION ledger_refresh_invoices(bigint[]);
DROP FUNCTION ledger_refresh_payments(bigint[]);
DROP FUNCTION ledger_refresh_credit_notes(bigint[]);
