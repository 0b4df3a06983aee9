-- Both change in one transaction; where they differ after all, the telling failed, and the message is right.
SELECT CASE message.state WHEN 'delivered' THEN 'sent' ELSE message.state END AS state, array_agg(message.id)
  FROM followup_notice AS notice
  JOIN followup_noticemessage AS delivery ON delivery.notice_id = notice.id
  JOIN messaging_message AS message ON message.id = delivery.message_id
 WHERE notice.organization_id = %(organization)s AND notice.state = 'sending' AND message.state <> 'sending'
   AND delivery.id = (SELECT max(id) FROM followup_noticemessage WHERE notice_id = notice.id)
 GROUP BY 1
