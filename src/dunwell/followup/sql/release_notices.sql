WITH released AS (
    UPDATE followup_notice
       SET state = 'cancelled', cancel_reason = %(reason)s, changed_at = %(now)s
     WHERE id = ANY (%(notices)s) AND state IN ('composed', 'awaiting_approval', 'queued')
    RETURNING id, edited_by_id IS NOT NULL OR approved_by_id IS NOT NULL AS was_touched
)
UPDATE followup_action AS action
   SET notice_id = NULL, needs_approval = action.needs_approval OR released.was_touched
  FROM released
 WHERE action.notice_id = released.id AND action.state = 'planned'
