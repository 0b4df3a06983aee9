-- name: update
UPDATE ledger_invoice AS invoice
   SET issued_on = item.issued_on, due_on = item.due, due_is_assumed = item.due_is_assumed, terms_days = item.terms,
       total = item.total, is_draft = item.is_draft, voided_on = item.voided_on,
       currency_is_assumed = item.currency_is_assumed,
       payment_url = coalesce(item.payment_url, invoice.payment_url),
       description = coalesce(item.description, invoice.description), updated_at = %(now)s
  FROM import_item AS item
 WHERE invoice.organization_id = %(organization)s AND invoice.id = item.known_id AND item.kind = 'invoice'
   AND item.refusal IS NULL
   AND (item.differs OR (invoice.is_draft, invoice.voided_on) IS DISTINCT FROM (item.is_draft, item.voided_on));

-- name: insert
INSERT INTO ledger_invoice (id, organization_id, customer_id, number, issued_on, due_on, terms_days, currency, total,
                            is_draft, voided_on, applied, written_off, last_entry_on, due_is_assumed, currency_is_assumed,
                            payment_url, description, first_known_on, created_at, updated_at)
SELECT item.invoice_id, %(organization)s, item.customer_id, item.number, item.issued_on, item.due, item.terms,
       item.currency, item.total, item.is_draft, item.voided_on, coalesce(item.should_apply, 0), 0,
       CASE WHEN item.should_apply > 0 THEN coalesce(item.settled_on, item.issued_on) END,
       item.due_is_assumed, item.currency_is_assumed, coalesce(item.payment_url, ''), coalesce(item.description, ''),
       %(as_of)s, %(now)s, %(now)s
  FROM import_item AS item
 WHERE item.kind = 'invoice' AND item.known_id IS NULL AND item.refusal IS NULL;

-- name: assumed
-- The first invoices whose due date follows from terms, as a person would look them up.
SELECT item.invoice_id, item.number, customer.name, item.due
  FROM import_item AS item
  JOIN ledger_customer AS customer ON customer.organization_id = %(organization)s AND customer.id = item.customer_id
 WHERE item.kind = 'invoice' AND item.refusal IS NULL AND item.due_is_assumed
 ORDER BY item.line LIMIT 50;

-- name: count
-- Beside what leaves no trace in the rows' history stands which rows it is of: runs of numbers, which a file mostly has.
SELECT count(*) FILTER (WHERE known_id IS NULL),
       count(*) FILTER (WHERE known_id IS NOT NULL AND (differs OR money_moved)),
       count(*) FILTER (WHERE known_id IS NOT NULL AND NOT (differs OR money_moved)),
       count(*) FILTER (WHERE due_is_assumed), count(*) FILTER (WHERE currency_is_assumed),
       coalesce(range_agg(own) FILTER (WHERE known_id IS NOT NULL AND NOT (differs OR money_moved)), '{}')::text,
       coalesce(range_agg(own) FILTER (WHERE due_is_assumed), '{}')::text,
       coalesce(range_agg(own) FILTER (WHERE currency_is_assumed), '{}')::text
  FROM (
        SELECT item.*, int8range(item.invoice_id, item.invoice_id, '[]') AS own,
               item.known_id IS NOT NULL AND (
                   EXISTS (SELECT FROM import_payment AS payment WHERE payment.line = item.line)
                   OR EXISTS (SELECT FROM import_reversal AS reversal WHERE reversal.line = item.line)
                   OR item.voided_on IS DISTINCT FROM item.known_voided_on
               ) AS money_moved
          FROM import_item AS item WHERE item.kind = 'invoice' AND item.refusal IS NULL
       ) AS item;
