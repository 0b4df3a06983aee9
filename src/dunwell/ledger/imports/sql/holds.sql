-- name: gather
-- A disputed invoice rests from its due date, or from the day of the first file that says so, until it is settled.
CREATE TEMP TABLE import_hold ON COMMIT DROP AS
SELECT item.line, item.number, item.customer_id, item.invoice_id, item.disputed, item.settled_on AS ends_on,
       CASE WHEN %(disputed_from)s = 'due_on' THEN item.due ELSE coalesce(hold.starts_on, %(as_of)s) END AS starts_on,
       -- A dispute without a day of its own is of no use for what is settled
       %(disputed_from)s = 'due_on' OR hold.id IS NOT NULL OR item.should_apply IS DISTINCT FROM item.total AS is_useful,
       hold.id AS known_id, hold.starts_on AS known_starts_on, hold.ends_on AS known_ends_on
  FROM import_item AS item
  LEFT JOIN LATERAL (
        SELECT id, starts_on, ends_on FROM ledger_hold AS hold
         WHERE hold.organization_id = %(organization)s AND hold.invoice_id = item.known_id AND hold.customer_id = item.customer_id
           AND starts_with(hold.source_key, 'dispute:') AND hold.released_on IS NULL
         ORDER BY id DESC LIMIT 1
       ) AS hold ON item.known_id IS NOT NULL
 WHERE item.kind = 'invoice' AND item.refusal IS NULL AND (item.disputed OR hold.id IS NOT NULL) AND item.disputed IS NOT NULL;

-- name: insert
INSERT INTO ledger_hold (organization_id, customer_id, invoice_id, reason, starts_on, ends_on, note, source_key, created_at, updated_at)
SELECT %(organization)s, customer_id, invoice_id, 'dispute', starts_on, ends_on, 'Disputed in the imported file',
       'dispute:' || number || coalesce(':' || (
           SELECT count(*) + 1 FROM ledger_hold AS other
            WHERE other.organization_id = %(organization)s AND other.invoice_id = import_hold.invoice_id
              AND starts_with(other.source_key, 'dispute:' || number) HAVING count(*) > 0), ''),
       %(now)s, %(now)s
  FROM import_hold
 WHERE disputed AND known_id IS NULL AND is_useful AND starts_on <= %(as_of)s AND (ends_on IS NULL OR ends_on > starts_on);

-- name: update
-- Where the file now says that there was nothing to hold, the hold ends as it begins.
UPDATE ledger_hold AS hold
   SET starts_on = CASE WHEN stands THEN file.starts_on ELSE hold.starts_on END,
       ends_on = CASE WHEN stands THEN coalesce(file.ends_on, hold.ends_on) ELSE hold.ends_on END,
       released_on = CASE WHEN stands THEN NULL WHEN file.disputed THEN hold.starts_on ELSE greatest(hold.starts_on, %(as_of)s) END,
       updated_at = %(now)s
  FROM (
        SELECT import_hold.*, disputed AND (coalesce(ends_on, known_ends_on) IS NULL
                                            OR coalesce(ends_on, known_ends_on) > starts_on) AS stands
          FROM import_hold WHERE known_id IS NOT NULL
       ) AS file
 WHERE hold.organization_id = %(organization)s AND hold.id = file.known_id
   AND (NOT stands OR (hold.starts_on, hold.ends_on) IS DISTINCT FROM (file.starts_on, coalesce(file.ends_on, hold.ends_on)))
   AND (file.disputed OR hold.ends_on IS NULL OR hold.ends_on > %(as_of)s);

-- name: count
SELECT count(*) FROM import_hold WHERE known_id IS NOT NULL;
