-- What was added to the open amounts with a due date on a day (or taken from them, negative).
CREATE TEMPORARY TABLE history_move ON COMMIT DROP AS
SELECT currency, due_on, day, sum(amount) AS amount
  FROM (
        SELECT invoice.currency, invoice.due_on, greatest(invoice.issued_on, %(first)s::date) AS day,
               invoice.total - invoice.applied - invoice.written_off AS amount
          FROM ledger_invoice AS invoice
         WHERE invoice.organization_id = %(organization)s AND NOT invoice.is_draft AND invoice.issued_on <= %(as_of)s
           AND invoice.settled_on IS NULL AND (invoice.last_entry_on IS NULL OR invoice.last_entry_on <= %(first)s)
           AND NOT EXISTS (SELECT FROM ledger_duedateextension AS extension
                            WHERE extension.organization_id = %(organization)s AND extension.invoice_id = invoice.id
                              AND extension.extended_on > %(first)s)
        UNION ALL
        SELECT currency, due_on, day, balance FROM history_change
        UNION ALL
        SELECT currency, due_before, day, -balance_before FROM history_change WHERE balance_before IS NOT NULL
       ) AS moves
 WHERE amount <> 0
 GROUP BY currency, due_on, day
