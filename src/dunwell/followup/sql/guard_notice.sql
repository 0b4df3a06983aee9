-- The check just before `sending`: the notice still waits to go, sending is on, and the facts it was
-- written from are the facts now. One statement, in the transaction that marks the message.
UPDATE followup_notice AS notice
   SET state = 'sending', contact_on = notice.as_of, changed_at = clock_timestamp()
  FROM followup_noticemessage AS delivery, organizations_organizationsettings AS settings
 WHERE delivery.message_id = %(message)s AND notice.id = delivery.notice_id AND notice.state = 'queued'
   AND settings.organization_id = notice.organization_id
   AND settings.chasing_started_at IS NOT NULL AND settings.sending_stopped_at IS NULL
   AND notice.fingerprint = followup_facts(
           notice.organization_id, notice.customer_id, notice.currency,
           ARRAY(SELECT item.invoice_id FROM followup_noticeitem AS item WHERE item.notice_id = notice.id), notice.as_of)
RETURNING notice.id
