-- rules.escalation.decide, set-based: one row for each due step of each invoice in scope that is not
-- closed, with its decision. An action whose notice is being sent, is uncertain or failed is in
-- other hands: the first two count as done, a failed one waits for a person or the next step.
CREATE TEMPORARY TABLE plan_candidate ON COMMIT DROP AS
WITH step AS (
    SELECT * FROM unnest(%(step_ids)s::bigint[], %(lineages)s::int[], %(offsets)s::int[], %(cutoffs)s::date[],
                         %(final_tones)s::boolean[], %(channels)s::text[])
             AS step (step_id, lineage, offset_days, cutoff, is_final_tone, channel)
), history AS MATERIALIZED (
    SELECT action.invoice_id, max(action.offset_days) AS furthest_done
      FROM plan_scope
      JOIN followup_action AS action ON action.invoice_id = plan_scope.invoice_id
      LEFT JOIN followup_notice AS notice ON notice.id = action.notice_id
     WHERE action.anchor_kind = 'due' AND action.anchor_id = 0
       AND (action.state = 'done' OR notice.state IN ('sending', 'uncertain'))
     GROUP BY action.invoice_id
), due AS (
    SELECT scope.invoice_id, scope.customer_id, scope.currency, scope.due_on, scope.balance,
           step.step_id, step.lineage, step.offset_days, step.is_final_tone, step.channel,
           existing.id AS action_id, existing.limits_overridden_by_id IS NOT NULL AS overridden, history.invoice_id IS NOT NULL AS had_notice,
           notice.state IS NOT DISTINCT FROM 'failed' AS is_failed,
           CASE WHEN step.offset_days <= history.furthest_done THEN 'already_past'
                WHEN step.offset_days < 0 AND scope.due_on <= %(as_of)s THEN 'missed' END AS ended
      FROM plan_scope AS scope
      JOIN step ON scope.due_on <= step.cutoff
      LEFT JOIN history ON history.invoice_id = scope.invoice_id
      LEFT JOIN followup_action AS existing
        ON existing.invoice_id = scope.invoice_id AND existing.anchor_kind = 'due' AND existing.anchor_id = 0
       AND existing.lineage = step.lineage AND existing.occurrence = 0
      LEFT JOIN followup_notice AS notice ON notice.id = existing.notice_id
     WHERE existing.id IS NULL
        OR (existing.state IN ('waiting', 'planned') AND (notice.id IS NULL OR notice.state NOT IN ('sending', 'uncertain')))
        OR (existing.state = 'final' AND existing.reason IN ('paid', 'void', 'written_off'))
), aimed AS (
    SELECT due.*,
           max(offset_days) FILTER (WHERE ended IS NULL AND (had_notice OR NOT is_final_tone))
               OVER (PARTITION BY invoice_id) AS target
      FROM due
)
SELECT aimed.invoice_id, aimed.customer_id, aimed.currency, aimed.due_on, aimed.balance, aimed.step_id, aimed.lineage,
       aimed.offset_days, aimed.channel, aimed.action_id, aimed.overridden, aimed.had_notice, aimed.is_failed,
       CASE WHEN ended IS NOT NULL THEN ended
            WHEN target IS NULL THEN 'no_earlier_step'
            WHEN offset_days > target THEN 'earlier_notice'
            WHEN offset_days = target THEN 'target'
            ELSE 'superseded' END AS decision
  FROM aimed
