-- name: own
-- Standing allocations that earlier files made, of invoices whose payments may have to change.
CREATE TEMP TABLE import_own ON COMMIT DROP AS
SELECT item.line, allocation.id AS allocation_id, allocation.payment_id, allocation.amount, allocation.effective_on,
       starts_with(payment.reference, 'settled:' || item.number) AS is_settlement,
       sum(allocation.amount) OVER (PARTITION BY item.line ORDER BY allocation.effective_on DESC, allocation.id DESC) AS so_far
  FROM import_item AS item
  JOIN ledger_allocation AS allocation
    ON allocation.organization_id = %(organization)s AND allocation.invoice_id = item.invoice_id AND allocation.reversed_on IS NULL
  JOIN ledger_payment AS payment ON payment.organization_id = %(organization)s AND payment.id = allocation.payment_id
 WHERE item.kind = 'invoice' AND item.known_id IS NOT NULL AND item.refusal IS NULL AND item.applied > 0
   AND (item.last_entry_on IS NULL OR item.last_entry_on <= %(as_of)s)
   AND (item.should_apply < item.applied
        OR (item.settled_on IS NOT NULL AND (item.last_entry_on <> item.settled_on OR item.should_apply <> item.applied))
        OR (%(has_settlement)s AND item.names_no_settlement AND item.should_apply IS NULL))
   AND (starts_with(payment.reference, 'opening:' || item.number) OR starts_with(payment.reference, 'settled:' || item.number)
        OR starts_with(payment.reference, 'paid:' || item.number) OR starts_with(payment.reference, 'absent:' || item.number));

-- name: reversals
-- Settlements whose day or amount was corrected never were; what is no longer paid ends on the file's day.
CREATE TEMP TABLE import_reversal ON COMMIT DROP AS
SELECT own.line, own.allocation_id, own.payment_id, own.amount, own.effective_on AS reversed_on
  FROM import_own AS own JOIN import_item AS item USING (line)
 WHERE item.settled_on IS NOT NULL AND own.is_settlement
   AND (own.effective_on <> item.settled_on OR item.should_apply <> item.applied)
UNION ALL
SELECT own.line, own.allocation_id, own.payment_id, own.amount, greatest(own.effective_on, %(as_of)s)
  FROM import_own AS own JOIN import_item AS item USING (line)
 WHERE item.settled_on IS NULL
   AND ((item.should_apply < item.applied AND own.so_far - own.amount < item.applied - item.should_apply)
        OR (item.should_apply IS NULL AND own.is_settlement));

-- name: refuse_lower
-- Less paid than payments say that are not the files' own: a person has to look.
UPDATE import_item AS item SET refusal = 'paid_below_known'
 WHERE item.kind = 'invoice' AND item.known_id IS NOT NULL AND item.refusal IS NULL AND item.should_apply < item.applied
   AND item.applied - coalesce((SELECT sum(amount) FROM import_reversal AS reversal WHERE reversal.line = item.line), 0)
       > item.should_apply;

-- name: drop_refused_reversals
DELETE FROM import_reversal USING import_item AS item
 WHERE item.line = import_reversal.line AND item.refusal IS NOT NULL;

-- name: payments
CREATE TEMP TABLE import_payment ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_payment', 'id')) AS id, wanted.*,
       wanted.base || coalesce(':' || (
           SELECT count(*) + 1 FROM ledger_payment AS other
            WHERE other.organization_id = %(organization)s
              AND (other.reference = wanted.base OR starts_with(other.reference, wanted.base || ':'))
           HAVING count(*) > 0
       ), '') AS reference
  FROM (
        SELECT item.line, item.invoice_id, item.customer_id, item.currency, item.known_id IS NULL AS is_first,
               item.should_apply - item.applied + coalesce(reversed.amount, 0) AS allocated,
               -- What was paid beyond the total is credit of the customer
               item.should_apply - item.applied + coalesce(reversed.amount, 0)
                   + CASE WHEN item.known_id IS NULL THEN item.paid - item.should_apply ELSE 0 END AS amount,
               coalesce(item.settled_on, CASE WHEN item.known_id IS NULL THEN item.issued_on ELSE %(as_of)s END) AS paid_on,
               item.settled_on IS NULL AND item.known_id IS NULL AS is_opening,
               CASE WHEN item.settled_on IS NOT NULL THEN 'settled:' || item.number
                    WHEN item.known_id IS NULL THEN 'opening:' || item.number
                    ELSE 'paid:' || item.number || ':' || to_char(%(as_of)s::date, 'YYYY-MM-DD') END AS base
          FROM import_item AS item
          LEFT JOIN (SELECT line, sum(amount) AS amount FROM import_reversal GROUP BY line) AS reversed USING (line)
         WHERE item.kind = 'invoice' AND item.refusal IS NULL AND item.should_apply IS NOT NULL
       ) AS wanted
 WHERE wanted.amount > 0;

-- name: analyze
ANALYZE import_payment;

-- name: reverse
UPDATE ledger_allocation AS allocation SET reversed_on = reversal.reversed_on
  FROM import_reversal AS reversal
 WHERE allocation.organization_id = %(organization)s AND allocation.id = reversal.allocation_id;

-- name: take_back
UPDATE ledger_payment AS payment SET refunded_on = reversal.reversed_on, updated_at = %(now)s
  FROM import_reversal AS reversal
 WHERE payment.organization_id = %(organization)s AND payment.id = reversal.payment_id AND payment.allocated = 0;

-- name: insert_payments
INSERT INTO ledger_payment (id, organization_id, customer_id, reference, currency, amount, initiated_on, succeeded_on,
                            is_opening, method, allocated, last_entry_on, created_at, updated_at)
SELECT id, %(organization)s, customer_id, reference, currency, amount, paid_on, paid_on, is_opening, '', allocated,
       CASE WHEN allocated > 0 THEN paid_on END, %(now)s, %(now)s
  FROM import_payment;

-- name: insert_allocations
INSERT INTO ledger_allocation (organization_id, invoice_id, payment_id, amount, effective_on, created_at)
SELECT %(organization)s, invoice_id, id, allocated, paid_on, %(now)s FROM import_payment WHERE allocated > 0;

-- name: write_off
INSERT INTO ledger_writeoff (organization_id, invoice_id, amount, written_off_on, reason, created_at)
SELECT %(organization)s, invoice.id, invoice.balance,
       CASE WHEN item.known_id IS NULL THEN item.issued_on ELSE %(as_of)s END, 'Written off in the imported file', %(now)s
  FROM import_item AS item
  JOIN ledger_invoice AS invoice ON invoice.organization_id = %(organization)s AND invoice.id = item.invoice_id
 WHERE item.kind = 'invoice' AND item.refusal IS NULL AND item.status = 'written_off' AND invoice.balance > 0;

-- name: count
SELECT (SELECT count(*) FROM import_payment),
       (SELECT count(DISTINCT payment_id) FROM import_reversal),
       (SELECT count(*) FROM import_item AS item
         WHERE kind = 'invoice' AND refusal IS NULL AND known_id IS NOT NULL AND should_apply > 0 AND applied = should_apply
           AND NOT EXISTS (SELECT FROM import_reversal AS reversal WHERE reversal.line = item.line));
