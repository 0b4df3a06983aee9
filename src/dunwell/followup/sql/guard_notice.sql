-- The check just before `sending`: the notice still waits to go, sending is on, it speaks of today, and the
-- facts it was written from are the facts now. One statement, in the transaction that marks the message.
-- A person may have confirmed that it goes before its window, hence before its day: never past a hold.
-- `IS NOT DISTINCT FROM` keeps the planner off the small partial index of what is being sent: it is all churn.
UPDATE followup_notice AS notice
   SET state = 'sending', contact_on = going.today, changed_at = clock_timestamp()
  FROM (
        SELECT delivery.notice_id, delivery.organization_id,
               (message.sending_at AT TIME ZONE coalesce(nullif(customer.time_zone, ''), organization.time_zone))::date AS today
          FROM followup_noticemessage AS delivery
          JOIN messaging_message AS message ON message.id = delivery.message_id
                                          AND message.state IS NOT DISTINCT FROM 'sending'
          JOIN ledger_customer AS customer ON customer.id = message.customer_id
          JOIN organizations_organization AS organization ON organization.id = message.organization_id
         WHERE delivery.message_id = %(message)s
       ) AS going
  JOIN organizations_organizationsettings AS settings ON settings.organization_id = going.organization_id
 WHERE notice.id = going.notice_id AND notice.state = 'queued'
   AND settings.chasing_started_at IS NOT NULL AND settings.sending_stopped_at IS NULL
   AND (notice.as_of = going.today OR (
            notice.as_of > going.today AND notice.window_overridden_by_id IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM ledger_standing_holds(notice.organization_id, going.today) AS hold
                 WHERE hold.customer_id = notice.customer_id
                   AND (hold.invoice_id IS NULL OR hold.invoice_id IN (
                            SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = notice.id)))))
   AND notice.fingerprint = followup_facts(
           notice.organization_id, notice.customer_id, notice.currency,
           ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = notice.id), notice.as_of)
RETURNING notice.id
