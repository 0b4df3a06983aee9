-- A step that is due no more, as its due date moved away or was extended, the calendar or the policy changed, or it is no
-- longer meant for this invoice, has no action: it starts afresh when its day comes. What went out stays, and what a
-- person decided.
DELETE FROM followup_action AS action
 USING plan_item AS item
 WHERE action.organization_id = %(organization)s AND action.invoice_id = item.invoice_id
   AND (%(everyone)s OR item.customer_id IN (SELECT customer_id FROM pass_touched))
   AND (action.state IN ('waiting', 'planned')
        OR (action.state = 'final' AND action.reason IN ('missed', 'superseded', 'already_past')
            AND (action.anchor_kind = 'issue' OR action.anchor_id = item.anchor_id)
            AND action.lineage = ANY (%(lineages)s::int[])))
   AND NOT EXISTS (
            SELECT FROM plan_due AS due
             WHERE due.invoice_id = action.invoice_id AND due.anchor_kind = action.anchor_kind
               AND due.anchor_id = action.anchor_id AND due.lineage = action.lineage AND due.occurrence = action.occurrence)
   AND NOT EXISTS (
            SELECT FROM followup_notice AS notice
             WHERE notice.id = action.notice_id AND notice.state IN ('sending', 'uncertain', 'failed'))
