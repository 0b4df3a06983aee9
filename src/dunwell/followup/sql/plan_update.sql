UPDATE followup_action AS action
   SET state = decided.state, reason = decided.reason, detail = decided.detail, recheck_on = decided.recheck_on, changed_at = %(now)s,
       step_id = decided.step_id, offset_days = decided.offset_days, step_day = day.step_day,
       customer_id = decided.customer_id, channel = decided.channel,
       notice_id = CASE WHEN decided.state = 'planned' AND action.channel = decided.channel THEN action.notice_id END
  FROM plan_decided AS decided
  JOIN plan_day AS day ON day.anchor_on = decided.anchor_on AND day.offset_days = decided.offset_days
 WHERE decided.action_id IS NOT NULL AND action.id = decided.action_id
   AND (action.state, action.reason, action.detail, action.recheck_on, action.step_id, action.step_day, action.customer_id,
        action.channel)
       IS DISTINCT FROM
       (decided.state, decided.reason, decided.detail, decided.recheck_on, decided.step_id, day.step_day, decided.customer_id,
        decided.channel)
