-- name: gather
-- Every row of the file beside what the book knows of it, with the figures it should have.
CREATE TEMP TABLE import_item ON COMMIT DROP AS
WITH twice AS MATERIALIZED (
    SELECT invoice_number, min(line) AS first_line FROM import_row
     WHERE invoice_number IS NOT NULL GROUP BY invoice_number HAVING count(*) > 1
), read AS (
    SELECT row.line, row.customer_key, row.invoice_number AS number, row.issued_on, row.due_on, row.terms, row.paid,
           row.balance, row.status, row.payment_url, row.description, row.settled_on, row.disputed,
           coalesce(row.kind, CASE WHEN coalesce(row.total, row.balance) < 0 AND %(negative_is_credit)s
                                   THEN 'credit_note' ELSE 'invoice' END) AS kind,
           row.total, coalesce(row.currency, %(fixed_currency)s) AS currency,
           customer.customer_id, customer.is_new AS customer_is_new, customer.is_ambiguous,
           customer.terms AS customer_terms,
           nullif(twice.first_line, row.line) AS first_line
      FROM import_row AS row
      JOIN import_customer AS customer ON customer.customer_key = row.customer_key
      LEFT JOIN twice ON twice.invoice_number = row.invoice_number
     WHERE NOT row.refused
), known AS (
    SELECT read.*, invoice.id AS known_id, invoice.customer_id AS known_customer_id, invoice.currency AS known_currency,
           invoice.total AS known_total, coalesce(invoice.applied, 0) AS applied,
           coalesce(invoice.written_off, 0) AS written_off, invoice.last_entry_on, invoice.issued_on AS known_issued_on,
           invoice.due_on AS known_due_on, invoice.due_is_assumed AS known_due_is_assumed,
           invoice.terms_days AS known_terms, invoice.is_draft AS known_is_draft, invoice.voided_on AS known_voided_on,
           invoice.currency_is_assumed AS known_currency_is_assumed, invoice.payment_url AS known_payment_url,
           invoice.description AS known_description,
           -- A list of open amounts names no total: the book's, or what is open when first seen
           CASE WHEN read.kind = 'credit_note' THEN abs(coalesce(read.total, read.balance))
                ELSE coalesce(read.total, greatest(invoice.total, read.balance)) END AS amount,
           coalesce(read.terms, invoice.terms_days, read.customer_terms, customer.terms_days, %(terms)s) AS days
      FROM read
      LEFT JOIN ledger_invoice AS invoice
        ON invoice.organization_id = %(organization)s AND invoice.number = read.number AND read.kind = 'invoice'
      LEFT JOIN ledger_customer AS customer
        ON customer.organization_id = %(organization)s AND customer.id = read.customer_id AND read.due_on IS NULL
), dated AS (
    SELECT known.*,
           coalesce(known.due_on, CASE WHEN NOT known.known_due_is_assumed THEN greatest(known.known_due_on, known.issued_on) END,
                    known.issued_on + known.days) AS due_by_file
      FROM known
), figured AS (
    SELECT known.*,
           -- A file that still has the date from before an extension does not take the extension back
           CASE WHEN (known.known_id, known.due_by_file) IN (
                         SELECT invoice_id, old_due_on FROM ledger_duedateextension WHERE organization_id = %(organization)s)
                THEN known.known_due_on ELSE known.due_by_file END AS due,
           known.due_on IS NULL AND coalesce(known.known_due_is_assumed, true) AS due_is_assumed,
           coalesce(known.currency, known.known_currency, %(base_currency)s) AS money,
           known.currency IS NULL AND coalesce(known.known_currency_is_assumed, true) AS currency_is_assumed,
           CASE WHEN known.settled_on = 'infinity' THEN NULL
                WHEN known.settled_on IS NOT NULL THEN coalesce(known.paid, known.amount)
                WHEN known.paid IS NOT NULL THEN known.paid
                -- Nothing is open of these either, but nothing was paid
                WHEN known.status IN ('void', 'written_off', 'draft') THEN NULL
                WHEN known.balance IS NOT NULL THEN known.amount - known.balance - known.written_off
                WHEN known.status = 'paid' THEN known.amount - known.written_off
           END AS paid_by_file
      FROM dated AS known
)
SELECT line, customer_key, kind, number, customer_id, customer_is_new, issued_on, due, due_is_assumed,
       coalesce(terms, known_terms) AS terms, money AS currency, currency_is_assumed, amount AS total, balance, status, disputed,
       payment_url, description, known_id, last_entry_on, applied, written_off, known_voided_on,
       CASE WHEN settled_on < 'infinity' THEN settled_on END AS settled_on,
       settled_on IS NULL AS names_no_settlement,
       -- What the file says is paid, all of it and as far as it can be applied; null where it says nothing
       -- or where the book has entries of a later day, and so knows more than the file
       CASE WHEN last_entry_on > %(as_of)s THEN NULL ELSE greatest(paid_by_file, 0) END AS paid,
       CASE WHEN last_entry_on > %(as_of)s THEN NULL
            ELSE least(greatest(paid_by_file, 0), amount - written_off) END AS should_apply,
       CASE WHEN known_id IS NULL AND kind = 'invoice' THEN nextval(pg_get_serial_sequence('ledger_invoice', 'id'))
            ELSE known_id END AS invoice_id,
       CASE WHEN status = 'void' THEN coalesce(known_voided_on, CASE WHEN known_id IS NULL THEN issued_on ELSE %(as_of)s END)
            WHEN status IS NULL THEN known_voided_on END AS voided_on,
       CASE WHEN status IS NULL THEN coalesce(known_is_draft, false) ELSE status = 'draft' END AS is_draft,
       known_id IS NOT NULL AND (
           known_issued_on, known_due_on, known_due_is_assumed, known_terms, known_total, known_currency_is_assumed,
           known_payment_url, known_description
       ) IS DISTINCT FROM (
           issued_on, due, due_is_assumed, coalesce(terms, known_terms), amount, currency_is_assumed,
           coalesce(payment_url, known_payment_url), coalesce(description, known_description)
       ) AS differs,
       CASE
           WHEN first_line IS NOT NULL THEN 'twice'
           WHEN is_ambiguous THEN 'ambiguous_customer'
           WHEN kind = 'invoice' AND amount < 0 THEN 'negative_total'
           WHEN paid_by_file < 0 AND (paid < 0 OR balance > amount) THEN CASE WHEN paid < 0 THEN 'negative_paid' ELSE 'balance_above_total' END
           WHEN kind = 'credit_note' AND amount = 0 THEN 'empty_credit'
           WHEN known_customer_id <> customer_id THEN 'other_customer'
           WHEN known_currency <> money THEN 'other_currency'
           WHEN amount < written_off THEN 'total_below_written_off'
           WHEN amount < applied + written_off AND (paid_by_file IS NULL OR last_entry_on > %(as_of)s) THEN 'total_below_paid'
           WHEN status = 'void' AND known_voided_on IS NULL AND applied + written_off > 0 THEN 'void_but_paid'
       END AS refusal,
       first_line, known_customer_id, known_currency
  FROM figured;

-- name: analyze
ANALYZE import_item;

-- name: refused
SELECT item.line, item.refusal, item.number, item.total, item.paid, item.balance, item.currency, item.first_line,
       item.known_currency, item.applied, item.written_off, file.name AS file_customer, book.name AS book_customer
  FROM import_item AS item
  LEFT JOIN import_customer AS file ON file.customer_key = item.customer_key
  LEFT JOIN ledger_customer AS book ON book.organization_id = %(organization)s AND book.id = item.known_customer_id
 WHERE item.refusal IS NOT NULL
 ORDER BY item.line;
