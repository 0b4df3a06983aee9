-- Unsent notices of which a step is planned no more: a later one has come due, or something makes it wait.
SELECT notice.id, delivery.message_id
  FROM followup_notice AS notice
  LEFT JOIN LATERAL (SELECT message_id FROM followup_noticemessage WHERE notice_id = notice.id ORDER BY id DESC LIMIT 1)
       AS delivery ON true
 WHERE notice.organization_id = %(organization)s AND notice.state IN ('composed', 'awaiting_approval', 'queued')
   AND notice.customer_id IN (SELECT customer_id FROM plan_scope)
   AND (SELECT count(*) FROM followup_noticeitem AS item WHERE item.notice_id = notice.id)
       <> (SELECT count(*) FROM followup_action AS action WHERE action.notice_id = notice.id AND action.state = 'planned')
