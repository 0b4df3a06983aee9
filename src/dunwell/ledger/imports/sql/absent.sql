-- name: gather
-- Open invoices of this source that a complete list does not name: paid, as far as the list knows, by its day.
CREATE TEMP TABLE import_absent ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_payment', 'id')) AS id, invoice.id AS invoice_id, invoice.customer_id,
       invoice.number, invoice.currency, invoice.balance AS amount, customer.name AS customer,
       'absent:' || invoice.number || ':' || to_char(%(as_of)s::date, 'YYYY-MM-DD') || coalesce(':' || (
           SELECT count(*) + 1 FROM ledger_payment AS other
            WHERE other.organization_id = %(organization)s
              AND starts_with(other.reference, 'absent:' || invoice.number || ':' || to_char(%(as_of)s::date, 'YYYY-MM-DD'))
           HAVING count(*) > 0), '') AS reference
  FROM ledger_invoice AS invoice
  JOIN ledger_customer AS customer ON customer.organization_id = %(organization)s AND customer.id = invoice.customer_id
 WHERE invoice.organization_id = %(organization)s AND customer.source_id = %(source)s
   AND invoice.settled_on IS NULL AND invoice.balance > 0 AND NOT invoice.is_draft AND invoice.issued_on <= %(as_of)s
   AND (invoice.last_entry_on IS NULL OR invoice.last_entry_on <= %(as_of)s)
   AND NOT EXISTS (SELECT FROM import_row AS row WHERE row.invoice_number = invoice.number);

-- name: insert_payments
INSERT INTO ledger_payment (id, organization_id, customer_id, reference, currency, amount, initiated_on, succeeded_on,
                            is_opening, method, allocated, last_entry_on, created_at, updated_at)
SELECT id, %(organization)s, customer_id, reference, currency, amount, %(as_of)s, %(as_of)s, false, '', amount, %(as_of)s,
       %(now)s, %(now)s
  FROM import_absent;

-- name: insert_allocations
INSERT INTO ledger_allocation (organization_id, invoice_id, payment_id, amount, effective_on, created_at)
SELECT %(organization)s, invoice_id, id, amount, %(as_of)s, %(now)s FROM import_absent;

-- name: sums
SELECT currency, count(*), sum(amount) FROM import_absent GROUP BY currency ORDER BY currency;

-- name: largest
SELECT number, customer, currency, amount FROM import_absent ORDER BY amount DESC, number LIMIT 50;
