-- A step that is due no more, as its due date moved away, the calendar changed or the step left the policy,
-- has no action: it starts afresh when its day comes. What went out stays, and what a person decided.
DELETE FROM followup_action AS action
 USING plan_scope AS scope
 WHERE action.organization_id = %(organization)s AND action.invoice_id = scope.invoice_id
   AND action.anchor_kind = 'due' AND action.anchor_id = 0
   AND (%(everyone)s OR scope.customer_id IN (SELECT customer_id FROM pass_touched))
   AND (action.state IN ('waiting', 'planned')
        OR (action.state = 'final' AND action.reason IN ('missed', 'superseded', 'already_past')
            AND action.lineage = ANY (%(lineages)s::int[])))
   AND NOT EXISTS (
            SELECT FROM unnest(%(lineages)s::int[], %(cutoffs)s::date[]) AS step (lineage, cutoff)
             WHERE step.lineage = action.lineage AND scope.due_on <= step.cutoff)
   AND NOT EXISTS (
            SELECT FROM followup_notice AS notice
             WHERE notice.id = action.notice_id AND notice.state IN ('sending', 'uncertain', 'failed'))
