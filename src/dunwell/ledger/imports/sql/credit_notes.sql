-- name: gather
-- A credit of which a part was used before is taken at what is left: what it was used for is not in the file.
CREATE TEMP TABLE import_credit ON COMMIT DROP AS
SELECT item.line, item.number, item.customer_id, item.issued_on, item.currency, item.description,
       coalesce(abs(item.balance), CASE WHEN item.status IN ('void', 'paid', 'written_off') THEN 0 END, item.total) AS amount,
       note.id AS known_id, note.customer_id AS known_customer_id, note.currency AS known_currency, note.allocated
  FROM import_item AS item
  LEFT JOIN ledger_creditnote AS note ON note.organization_id = %(organization)s AND note.number = item.number
 WHERE item.kind = 'credit_note' AND item.refusal IS NULL AND item.status IS DISTINCT FROM 'draft';

-- name: refuse
UPDATE import_item AS item
   SET refusal = CASE WHEN credit.known_customer_id <> credit.customer_id THEN 'other_customer'
                      WHEN credit.known_currency <> credit.currency THEN 'other_currency'
                      ELSE 'credit_below_used' END,
       known_customer_id = credit.known_customer_id, known_currency = credit.known_currency, applied = credit.allocated
  FROM import_credit AS credit
 WHERE credit.line = item.line
   AND (credit.known_customer_id <> credit.customer_id OR credit.known_currency <> credit.currency
        OR credit.amount < credit.allocated);

-- name: drop_refused
DELETE FROM import_credit USING import_item AS item WHERE item.line = import_credit.line AND item.refusal IS NOT NULL;

-- name: insert
INSERT INTO ledger_creditnote (organization_id, customer_id, number, issued_on, currency, total, allocated, description,
                               created_at, updated_at)
SELECT %(organization)s, customer_id, number, issued_on, currency, amount, 0, coalesce(description, ''), %(now)s, %(now)s
  FROM import_credit WHERE known_id IS NULL AND amount > 0;

-- name: update
UPDATE ledger_creditnote AS note
   SET issued_on = credit.issued_on, total = CASE WHEN credit.amount > 0 THEN credit.amount ELSE note.total END,
       voided_on = CASE WHEN credit.amount > 0 THEN NULL ELSE coalesce(note.voided_on, %(as_of)s) END,
       description = coalesce(credit.description, note.description), updated_at = %(now)s
  FROM import_credit AS credit
 WHERE note.organization_id = %(organization)s AND note.id = credit.known_id
   AND (note.issued_on, note.description, CASE WHEN note.voided_on IS NULL THEN note.total ELSE 0 END)
       IS DISTINCT FROM (credit.issued_on, coalesce(credit.description, note.description), credit.amount);

-- name: count
SELECT count(*) FROM import_credit WHERE known_id IS NOT NULL;
