-- The book of one organization again under a scratch one, in a transaction that is rolled back.
CREATE TEMPORARY TABLE replay_customer ON COMMIT DROP AS
SELECT id AS old, nextval(pg_get_serial_sequence('ledger_customer', 'id')) AS new
  FROM ledger_customer WHERE organization_id = %(source)s;
CREATE TEMPORARY TABLE replay_invoice ON COMMIT DROP AS
SELECT id AS old, nextval(pg_get_serial_sequence('ledger_invoice', 'id')) AS new
  FROM ledger_invoice WHERE organization_id = %(source)s;
CREATE TEMPORARY TABLE replay_payment ON COMMIT DROP AS
SELECT id AS old, nextval(pg_get_serial_sequence('ledger_payment', 'id')) AS new
  FROM ledger_payment WHERE organization_id = %(source)s;
CREATE TEMPORARY TABLE replay_credit_note ON COMMIT DROP AS
SELECT id AS old, nextval(pg_get_serial_sequence('ledger_creditnote', 'id')) AS new
  FROM ledger_creditnote WHERE organization_id = %(source)s;

INSERT INTO ledger_customer (id, organization_id, number, name, name_key, country, language, time_zone, terms_days, tags,
                             known_from, created_at, updated_at)
SELECT copied.new, %(scratch)s, number, name, name_key, country, language, time_zone, terms_days, tags, known_from,
       created_at, updated_at
  FROM ledger_customer AS customer JOIN replay_customer AS copied ON copied.old = customer.id;

-- Each invoice is known from the day it was issued, so no debt is old at its first import
INSERT INTO ledger_invoice (id, organization_id, customer_id, number, issued_on, due_on, terms_days, currency, total,
                            is_draft, voided_on, applied, written_off, last_entry_on, due_is_assumed,
                            currency_is_assumed, payment_url, description, first_known_on, created_at, updated_at)
SELECT copied.new, %(scratch)s, customer.new, number, issued_on, due_on, terms_days, currency, total, is_draft, voided_on,
       applied, written_off, last_entry_on, due_is_assumed, currency_is_assumed, payment_url, description, issued_on,
       created_at, updated_at
  FROM ledger_invoice AS invoice
  JOIN replay_invoice AS copied ON copied.old = invoice.id
  JOIN replay_customer AS customer ON customer.old = invoice.customer_id;

INSERT INTO ledger_payment (id, organization_id, customer_id, reference, currency, amount, initiated_on, succeeded_on,
                            failed_on, refunded_on, intended_invoice_id, is_opening, method, allocated, last_entry_on,
                            created_at, updated_at)
SELECT copied.new, %(scratch)s, customer.new, reference, currency, amount, initiated_on, succeeded_on, failed_on,
       refunded_on, invoice.new, is_opening, method, allocated, last_entry_on, created_at, updated_at
  FROM ledger_payment AS payment
  JOIN replay_payment AS copied ON copied.old = payment.id
  JOIN replay_customer AS customer ON customer.old = payment.customer_id
  LEFT JOIN replay_invoice AS invoice ON invoice.old = payment.intended_invoice_id;

INSERT INTO ledger_creditnote (id, organization_id, customer_id, number, issued_on, currency, total, voided_on, allocated,
                               last_entry_on, description, created_at, updated_at)
SELECT copied.new, %(scratch)s, customer.new, number, issued_on, currency, total, voided_on, allocated, last_entry_on,
       description, created_at, updated_at
  FROM ledger_creditnote AS credit_note
  JOIN replay_credit_note AS copied ON copied.old = credit_note.id
  JOIN replay_customer AS customer ON customer.old = credit_note.customer_id;

INSERT INTO ledger_allocation (organization_id, invoice_id, payment_id, credit_note_id, amount, effective_on, reversed_on,
                               created_at)
SELECT %(scratch)s, invoice.new, payment.new, credit_note.new, amount, effective_on, reversed_on, created_at
  FROM ledger_allocation AS allocation
  JOIN replay_invoice AS invoice ON invoice.old = allocation.invoice_id
  LEFT JOIN replay_payment AS payment ON payment.old = allocation.payment_id
  LEFT JOIN replay_credit_note AS credit_note ON credit_note.old = allocation.credit_note_id;

INSERT INTO ledger_writeoff (organization_id, invoice_id, amount, written_off_on, reversed_on, reason, created_at)
SELECT %(scratch)s, invoice.new, amount, written_off_on, reversed_on, reason, created_at
  FROM ledger_writeoff AS write_off JOIN replay_invoice AS invoice ON invoice.old = write_off.invoice_id;

INSERT INTO ledger_hold (organization_id, customer_id, invoice_id, reason, amount, starts_on, ends_on, released_on, note,
                         source_key, created_at, updated_at)
SELECT %(scratch)s, customer.new, invoice.new, reason, amount, starts_on, ends_on, released_on, note, source_key,
       created_at, updated_at
  FROM ledger_hold AS hold
  JOIN replay_customer AS customer ON customer.old = hold.customer_id
  LEFT JOIN replay_invoice AS invoice ON invoice.old = hold.invoice_id
 WHERE hold.organization_id = %(source)s;

INSERT INTO ledger_duedateextension (organization_id, invoice_id, old_due_on, new_due_on, extended_on, note, created_at)
SELECT %(scratch)s, invoice.new, old_due_on, new_due_on, extended_on, note, created_at
  FROM ledger_duedateextension AS extension
  JOIN replay_invoice AS invoice ON invoice.old = extension.invoice_id
 WHERE extension.organization_id = %(source)s
 ORDER BY extension.id;

DELETE FROM ledger_touchedcustomer WHERE organization_id = %(scratch)s;
ANALYZE ledger_invoice, ledger_allocation, ledger_customer, ledger_hold, ledger_payment
