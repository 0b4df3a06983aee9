UPDATE followup_action AS action
   SET state = decided.state, reason = decided.reason, recheck_on = decided.recheck_on, changed_at = %(now)s,
       step_id = decided.step_id, offset_days = decided.offset_days,
       notice_id = CASE WHEN decided.state = 'planned' THEN action.notice_id END
  FROM plan_decided AS decided
 WHERE action.id = decided.action_id
   AND (action.state, action.reason, action.recheck_on) IS DISTINCT FROM (decided.state, decided.reason, decided.recheck_on)
