-- A provider has the mail of which nobody knew, or whose sender has not said so yet: as when a server takes it.
SELECT followup_sent(ARRAY[%(message)s::bigint], ARRAY[%(at)s::timestamptz])
 WHERE EXISTS (SELECT FROM followup_noticemessage AS delivery JOIN followup_notice AS notice ON notice.id = delivery.notice_id
                WHERE delivery.message_id = %(message)s AND notice.state IN ('queued', 'sending', 'uncertain', 'failed'))
