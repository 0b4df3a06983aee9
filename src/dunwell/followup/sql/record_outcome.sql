-- A notice follows its message; once a server has the mail, or may have it, its steps are done.
WITH notice AS (
    UPDATE followup_notice AS notice
       SET state = %(state)s::text, changed_at = %(at)s::timestamptz,
           cancel_reason = CASE WHEN %(state)s::text = 'cancelled' THEN %(detail)s::text ELSE notice.cancel_reason END,
           contact_on = CASE WHEN %(state)s::text IN ('sent', 'uncertain') THEN coalesce(notice.contact_on, notice.as_of) END
      FROM followup_noticemessage AS delivery
     WHERE delivery.message_id = ANY (%(messages)s::bigint[]) AND notice.id = delivery.notice_id
    RETURNING notice.id, notice.organization_id, notice.customer_id, notice.contact_on,
              notice.edited_by_id IS NOT NULL OR notice.approved_by_id IS NOT NULL AS was_touched
), done AS (
    UPDATE followup_action AS action
       SET state = 'done', reason = '', recheck_on = NULL, done_on = notice.contact_on, changed_at = %(at)s::timestamptz
      FROM notice
     WHERE %(state)s::text IN ('sent', 'uncertain') AND action.notice_id = notice.id AND action.state = 'planned'
), freed AS (
    UPDATE followup_action AS action
       SET notice_id = NULL, needs_approval = action.needs_approval OR notice.was_touched
      FROM notice
     WHERE %(state)s::text = 'cancelled' AND action.notice_id = notice.id AND action.state = 'planned'
)
-- What was called back is planned and written anew by the next pass
INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
SELECT organization_id, customer_id FROM notice WHERE %(state)s::text = 'cancelled'
