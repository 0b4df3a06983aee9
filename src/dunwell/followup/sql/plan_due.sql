-- Every due step of every invoice in scope that is meant for it. `place` orders steps of all anchors: days from the due date.
-- `channel` is the one it takes for this customer. `is_open`: it has no action, or one that can still change. That is asked here
-- and not where steps are decided, as the planner knows how many rows of a table it has analyzed are open; of the same
-- question within a statement it expects one row, and compares every invoice with every other. The steps are read once, and
-- each step's channel is asked for once (OFFSET 0), not wherever it is named.
CREATE TEMPORARY TABLE plan_due ON COMMIT DROP AS
WITH step AS MATERIALIZED (
    SELECT step_id, policy_id, lineage, occurrence, anchor, offset_days, cutoff, passed, is_final_tone, channel,
           minimum_balance, maximum_balance, minimum_risk, string_to_array(nullif(segments, ''), ',') AS segments,
           string_to_array(usable, ',') AS usable
      FROM unnest(%(step_ids)s::bigint[], %(policies)s::bigint[], %(lineages)s::int[], %(occurrences)s::int[],
                  %(anchors)s::text[], %(offsets)s::int[], %(cutoffs)s::date[], %(passed)s::date[],
                  %(final_tones)s::boolean[], %(channels)s::text[], %(minimum_balances)s::numeric[],
                  %(maximum_balances)s::numeric[], %(minimum_risks)s::int[], %(segments)s::text[], %(usable)s::text[])
           AS step (step_id, policy_id, lineage, occurrence, anchor, offset_days, cutoff, passed, is_final_tone, channel,
                    minimum_balance, maximum_balance, minimum_risk, segments, usable)
)
SELECT item.invoice_id, item.customer_id, item.currency, item.due_on, item.balance, step.step_id, step.lineage,
       step.occurrence, step.anchor AS anchor_kind, CASE step.anchor WHEN 'due' THEN item.anchor_id ELSE 0 END AS anchor_id,
       anchored.anchor_on, step.offset_days, step.offset_days + (anchored.anchor_on - item.due_on) AS place,
       step.is_final_tone, taken.channel,
       taken.channel NOT IN ('email', 'sms', 'letter') OR taken.channel = ANY (item.reachable) AS has_address,
       anchored.anchor_on <= step.passed AS day_has_passed,
       existing.id AS action_id, existing.limits_overridden_by_id IS NOT NULL AS overridden,
       coalesce(notice.state = 'failed' AND notice.channel = taken.channel, false) AS is_failed,
       existing.id IS NULL
       OR (existing.state IN ('waiting', 'planned') AND (notice.id IS NULL OR notice.state NOT IN ('sending', 'uncertain')))
       OR (existing.state = 'final' AND existing.reason IN ('paid', 'void', 'written_off')) AS is_open
  FROM plan_item AS item
  JOIN step ON step.policy_id = item.policy_id
 CROSS JOIN LATERAL (SELECT CASE step.anchor WHEN 'due' THEN item.due_on ELSE item.issued_on END AS anchor_on) AS anchored
 CROSS JOIN LATERAL (SELECT followup_channel(step.channel, item.preferred, item.reachable, step.usable) AS channel OFFSET 0) AS taken
  LEFT JOIN followup_action AS existing
    ON existing.invoice_id = item.invoice_id AND existing.anchor_kind = step.anchor
   AND existing.anchor_id = CASE step.anchor WHEN 'due' THEN item.anchor_id ELSE 0 END
   AND existing.lineage = step.lineage AND existing.occurrence = step.occurrence
  LEFT JOIN followup_notice AS notice ON notice.id = existing.notice_id
 WHERE anchored.anchor_on <= step.cutoff
   AND (item.base_balance IS NULL OR step.minimum_balance IS NULL OR item.base_balance >= step.minimum_balance)
   AND (item.base_balance IS NULL OR step.maximum_balance IS NULL OR item.base_balance <= step.maximum_balance)
   AND (step.segments IS NULL OR item.segment = ANY (step.segments))
   AND (step.minimum_risk IS NULL OR item.risk >= step.minimum_risk)
