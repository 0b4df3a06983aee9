-- `step_day` is the rule's own date: the caller gives, for each offset and anchor date that occurs, where the step falls.
INSERT INTO followup_action (
    organization_id, customer_id, invoice_id, anchor_kind, anchor_id, lineage, occurrence, step_id, offset_days,
    channel, step_day, state, reason, detail, recheck_on, needs_approval, created_at, changed_at)
SELECT %(organization)s, decided.customer_id, decided.invoice_id, decided.anchor_kind, decided.anchor_id, decided.lineage,
       decided.occurrence, decided.step_id, decided.offset_days, decided.channel, day.step_day, decided.state, decided.reason, decided.detail,
       decided.recheck_on, false, %(now)s, %(now)s
  FROM plan_decided AS decided
  JOIN plan_day AS day ON day.anchor_on = decided.anchor_on AND day.offset_days = decided.offset_days
 WHERE decided.action_id IS NULL
    ON CONFLICT (invoice_id, anchor_kind, anchor_id, lineage, occurrence) DO NOTHING
