-- What is applied to an invoice, and what of a payment or credit note is allocated, follows from
-- the dated entries. Statement-level triggers recompute the rows an entry touches and write only
-- those that differ, so a bulk writer that inserted the right figures pays for the comparison alone.
--
-- The rows are locked by a statement of its own first: the one that adds up then sees what another
-- transaction has committed while this one waited, so that two at once cannot overpay an invoice. The
-- lock lets foreign keys pass; what this transaction itself has made, nobody else can see, and needs none.

CREATE FUNCTION ledger_refresh_invoices(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE ledger_invoice AS invoice
       SET applied = entries.applied, written_off = entries.written_off, last_entry_on = entries.last_entry_on
      FROM (
            SELECT touched.id,
                   coalesce(allocations.amount, 0) AS applied,
                   coalesce(write_offs.amount, 0) AS written_off,
                   greatest(allocations.last_on, write_offs.last_on) AS last_entry_on
              FROM unnest(ids) AS touched (id)
              LEFT JOIN LATERAL (
                    SELECT sum(amount) FILTER (WHERE reversed_on IS NULL) AS amount,
                           max(greatest(effective_on, reversed_on)) AS last_on
                      FROM ledger_allocation WHERE invoice_id = touched.id
              ) AS allocations ON true
              LEFT JOIN LATERAL (
                    SELECT sum(amount) FILTER (WHERE reversed_on IS NULL) AS amount,
                           max(greatest(written_off_on, reversed_on)) AS last_on
                      FROM ledger_writeoff WHERE invoice_id = touched.id
              ) AS write_offs ON true
           ) AS entries
     WHERE invoice.id = entries.id
       AND (invoice.applied, invoice.written_off, invoice.last_entry_on)
           IS DISTINCT FROM (entries.applied, entries.written_off, entries.last_entry_on)
$$;

CREATE FUNCTION ledger_refresh_payments(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE ledger_payment AS payment
       SET allocated = entries.amount, last_entry_on = entries.last_on
      FROM (
            SELECT touched.id,
                   coalesce(sum(allocation.amount) FILTER (WHERE allocation.reversed_on IS NULL), 0) AS amount,
                   max(greatest(allocation.effective_on, allocation.reversed_on)) AS last_on
              FROM unnest(ids) AS touched (id)
              LEFT JOIN ledger_allocation AS allocation ON allocation.payment_id = touched.id
             GROUP BY touched.id
           ) AS entries
     WHERE payment.id = entries.id
       AND (payment.allocated, payment.last_entry_on) IS DISTINCT FROM (entries.amount, entries.last_on)
$$;

CREATE FUNCTION ledger_refresh_credit_notes(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE ledger_creditnote AS credit_note
       SET allocated = entries.amount, last_entry_on = entries.last_on
      FROM (
            SELECT touched.id,
                   coalesce(sum(allocation.amount) FILTER (WHERE allocation.reversed_on IS NULL), 0) AS amount,
                   max(greatest(allocation.effective_on, allocation.reversed_on)) AS last_on
              FROM unnest(ids) AS touched (id)
              LEFT JOIN ledger_allocation AS allocation ON allocation.credit_note_id = touched.id
             GROUP BY touched.id
           ) AS entries
     WHERE credit_note.id = entries.id
       AND (credit_note.allocated, credit_note.last_entry_on) IS DISTINCT FROM (entries.amount, entries.last_on)
$$;

CREATE FUNCTION ledger_allocations_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    invoices bigint[];
    payments bigint[];
    credit_notes bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT invoice_id), array_agg(DISTINCT payment_id) FILTER (WHERE payment_id IS NOT NULL),
               array_agg(DISTINCT credit_note_id) FILTER (WHERE credit_note_id IS NOT NULL)
          INTO invoices, payments, credit_notes FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT invoice_id), array_agg(DISTINCT payment_id) FILTER (WHERE payment_id IS NOT NULL),
               array_agg(DISTINCT credit_note_id) FILTER (WHERE credit_note_id IS NOT NULL)
          INTO invoices, payments, credit_notes FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT invoice_id), array_agg(DISTINCT payment_id) FILTER (WHERE payment_id IS NOT NULL),
               array_agg(DISTINCT credit_note_id) FILTER (WHERE credit_note_id IS NOT NULL)
          INTO invoices, payments, credit_notes FROM (TABLE old_rows UNION ALL TABLE new_rows) AS changed;
    END IF;
    IF invoices IS NOT NULL THEN
        PERFORM FROM ledger_invoice
          WHERE id = ANY (invoices) AND xmin <> pg_current_xact_id()::xid ORDER BY id FOR NO KEY UPDATE;
        PERFORM ledger_refresh_invoices(invoices);
    END IF;
    IF payments IS NOT NULL THEN
        PERFORM FROM ledger_payment
          WHERE id = ANY (payments) AND xmin <> pg_current_xact_id()::xid ORDER BY id FOR NO KEY UPDATE;
        PERFORM ledger_refresh_payments(payments);
    END IF;
    IF credit_notes IS NOT NULL THEN
        PERFORM FROM ledger_creditnote
          WHERE id = ANY (credit_notes) AND xmin <> pg_current_xact_id()::xid ORDER BY id FOR NO KEY UPDATE;
        PERFORM ledger_refresh_credit_notes(credit_notes);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_write_offs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    invoices bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT invoice_id) INTO invoices FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT invoice_id) INTO invoices FROM old_rows;
    ELSE
        SELECT array_agg(DISTINCT invoice_id) INTO invoices FROM (TABLE old_rows UNION ALL TABLE new_rows) AS changed;
    END IF;
    IF invoices IS NOT NULL THEN
        PERFORM FROM ledger_invoice
          WHERE id = ANY (invoices) AND xmin <> pg_current_xact_id()::xid ORDER BY id FOR NO KEY UPDATE;
        PERFORM ledger_refresh_invoices(invoices);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entries_inserted AFTER INSERT ON ledger_allocation REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_allocations_changed();
CREATE TRIGGER entries_updated AFTER UPDATE ON ledger_allocation REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_allocations_changed();
CREATE TRIGGER entries_deleted AFTER DELETE ON ledger_allocation REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_allocations_changed();
CREATE TRIGGER entries_inserted AFTER INSERT ON ledger_writeoff REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_write_offs_changed();
CREATE TRIGGER entries_updated AFTER UPDATE ON ledger_writeoff REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_write_offs_changed();
CREATE TRIGGER entries_deleted AFTER DELETE ON ledger_writeoff REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_write_offs_changed();
