-- Steps of invoices that are no longer open end here, with the word for why. Only changed facts can
-- settle an invoice, or a date that came: both are in scope.
WITH ended AS (
UPDATE followup_action AS action
   SET state = 'final', detail = '', recheck_on = NULL, notice_id = NULL, needs_approval = false, changed_at = %(now)s,
       reason = CASE WHEN invoice.voided_on <= %(as_of)s OR invoice.is_draft THEN 'void'
                     WHEN EXISTS (SELECT FROM ledger_writeoff AS entry
                                   WHERE entry.invoice_id = invoice.id AND entry.written_off_on <= %(as_of)s
                                     AND (entry.reversed_on IS NULL OR entry.reversed_on > %(as_of)s)) THEN 'written_off'
                     ELSE 'paid' END
  FROM ledger_invoice AS invoice
 WHERE action.organization_id = %(organization)s AND action.state IN ('waiting', 'planned')
   AND (%(everyone)s OR %(new_day)s
        OR action.customer_id IN (SELECT customer_id FROM pass_touched))
   AND invoice.id = action.invoice_id
   AND (action.notice_id IS NULL OR NOT EXISTS (
            SELECT FROM followup_notice AS notice
             WHERE notice.id = action.notice_id AND notice.state IN ('sending', 'uncertain')))
   AND NOT EXISTS (SELECT FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
                    WHERE item.invoice_id = invoice.id)
RETURNING action.reason
)
SELECT reason, count(*) FROM ended GROUP BY reason
