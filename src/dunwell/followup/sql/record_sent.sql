-- The usual outcome of record_outcome.sql, for one message: its plan is made once and kept.
WITH notice AS (
    UPDATE followup_notice AS notice
       SET state = 'sent', changed_at = %(at)s::timestamptz, contact_on = coalesce(notice.contact_on, notice.as_of)
      FROM followup_noticemessage AS delivery
     WHERE delivery.message_id = %(message)s::bigint AND notice.id = delivery.notice_id
    RETURNING notice.id, notice.contact_on
)
UPDATE followup_action AS action
   SET state = 'done', reason = '', recheck_on = NULL, done_on = notice.contact_on, changed_at = %(at)s::timestamptz
  FROM notice
 WHERE action.notice_id = notice.id AND action.state = 'planned'
