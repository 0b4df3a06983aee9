-- Failed notices all of whose steps go through another channel now: nobody sends them again as they are.
UPDATE followup_notice AS notice
   SET state = 'cancelled', cancel_reason = %(reason)s, changed_at = %(now)s
 WHERE notice.state = 'failed'
   AND notice.id IN (SELECT action.notice_id
                       FROM followup_action AS action JOIN plan_decided AS decided ON decided.action_id = action.id)
   AND NOT EXISTS (
            SELECT FROM followup_action AS action
             WHERE action.notice_id = notice.id AND action.state = 'planned'
               AND NOT EXISTS (SELECT FROM plan_decided AS decided
                                WHERE decided.action_id = action.id AND decided.channel <> notice.channel))
