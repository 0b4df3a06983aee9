SELECT CASE WHEN settings.chasing_started_at IS NULL OR settings.sending_stopped_at IS NOT NULL THEN 'stopped'
            WHEN notice.state <> 'queued' THEN 'not_queued' ELSE 'changed' END
  FROM followup_noticemessage AS delivery
  JOIN followup_notice AS notice ON notice.id = delivery.notice_id
  JOIN organizations_organizationsettings AS settings ON settings.organization_id = notice.organization_id
 WHERE delivery.message_id = %(message)s
