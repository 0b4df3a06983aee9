SELECT notice.id, delivery.message_id
  FROM followup_notice AS notice
  JOIN followup_noticemessage AS delivery ON delivery.notice_id = notice.id
 WHERE notice.organization_id = %(organization)s AND notice.state = 'queued'
