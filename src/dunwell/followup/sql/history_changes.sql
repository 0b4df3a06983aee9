-- For each invoice on which something is dated inside the window: its balance and due date after each day on which
-- they may have changed, and before it. What is dated before the window counts as its state on the first day.
CREATE TEMPORARY TABLE history_change ON COMMIT DROP AS
WITH moved AS (
    SELECT invoice.id, invoice.currency, invoice.total, invoice.issued_on, invoice.due_on,
           greatest(invoice.issued_on, %(first)s::date) AS starts_on,
           CASE WHEN invoice.voided_on IS NOT NULL THEN greatest(invoice.voided_on, invoice.issued_on) END AS voided_on
      FROM ledger_invoice AS invoice
     WHERE invoice.organization_id = %(organization)s AND NOT invoice.is_draft AND invoice.issued_on <= %(as_of)s
       AND (invoice.settled_on IS NULL OR invoice.settled_on >= %(first)s)
       AND (invoice.settled_on IS NOT NULL OR invoice.last_entry_on > %(first)s
            OR EXISTS (SELECT FROM ledger_duedateextension AS extension
                        WHERE extension.organization_id = %(organization)s AND extension.invoice_id = invoice.id
                          AND extension.extended_on > %(first)s))
), entry AS (
    SELECT allocation.invoice_id, dated.day, dated.sign * allocation.amount AS applied, 0::numeric AS written_off,
           coalesce(payment.is_opening, false) AS is_opening
      FROM moved JOIN ledger_allocation AS allocation ON allocation.invoice_id = moved.id
      LEFT JOIN ledger_payment AS payment ON payment.id = allocation.payment_id
     CROSS JOIN LATERAL (VALUES (allocation.effective_on, 1), (allocation.reversed_on, -1)) AS dated (day, sign)
     WHERE dated.day <= %(as_of)s
    UNION ALL
    SELECT write_off.invoice_id, dated.day, 0, dated.sign * write_off.amount, false
      FROM moved JOIN ledger_writeoff AS write_off ON write_off.invoice_id = moved.id
     CROSS JOIN LATERAL (VALUES (write_off.written_off_on, 1), (write_off.reversed_on, -1)) AS dated (day, sign)
     WHERE dated.day <= %(as_of)s
    UNION ALL
    SELECT extension.invoice_id, extension.extended_on, 0, 0, false
      FROM moved JOIN ledger_duedateextension AS extension
        ON extension.organization_id = %(organization)s AND extension.invoice_id = moved.id
     WHERE extension.extended_on <= %(as_of)s
    UNION ALL
    SELECT id, voided_on, 0, 0, false FROM moved WHERE voided_on <= %(as_of)s
    UNION ALL
    SELECT id, starts_on, 0, 0, false FROM moved
), changed AS (
    SELECT moved.id, greatest(entry.day, moved.starts_on) AS day,
           sum(entry.applied) AS applied, sum(entry.written_off) AS written_off, bool_or(entry.is_opening) AS is_opening
      FROM entry JOIN moved ON moved.id = entry.invoice_id
     GROUP BY 1, 2
), so_far AS (
    SELECT id, day, is_opening, sum(applied) OVER sequence AS applied, sum(written_off) OVER sequence AS written_off
      FROM changed WINDOW sequence AS (PARTITION BY id ORDER BY day)
), state AS (
    SELECT moved.id, moved.currency, moved.total, moved.issued_on, so_far.day, so_far.is_opening, so_far.written_off,
           coalesce(moved.voided_on <= so_far.day, false) AS is_void,
           CASE WHEN moved.voided_on <= so_far.day THEN 0
                ELSE greatest(moved.total - so_far.applied - so_far.written_off, 0) END AS balance,
           coalesce((SELECT extension.old_due_on FROM ledger_duedateextension AS extension
                      WHERE extension.organization_id = %(organization)s AND extension.invoice_id = moved.id
                        AND extension.extended_on > so_far.day
                      ORDER BY extension.id LIMIT 1), moved.due_on) AS due_on
      FROM so_far JOIN moved USING (id)
)
SELECT id, currency, total, issued_on, day, is_opening, written_off, is_void, balance, due_on,
       lag(balance) OVER sequence AS balance_before, lag(due_on) OVER sequence AS due_before
  FROM state WINDOW sequence AS (PARTITION BY id ORDER BY day)
