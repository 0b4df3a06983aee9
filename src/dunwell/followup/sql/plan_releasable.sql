-- Notices that have not begun to go, of customers whose plan is looked at again. What a person has approved
-- or changed for this day or a later one stays with him, unless the facts or the rules changed.
SELECT notice.id, delivery.message_id
  FROM followup_notice AS notice
  LEFT JOIN LATERAL (SELECT message_id FROM followup_noticemessage WHERE notice_id = notice.id ORDER BY id DESC LIMIT 1)
       AS delivery ON true
 WHERE notice.organization_id = %(organization)s AND notice.state IN ('composed', 'awaiting_approval', 'queued')
   AND (notice.as_of < %(as_of)s OR %(everyone)s
        OR notice.customer_id IN (SELECT customer_id FROM pass_touched)
        OR (notice.approved_by_id IS NULL AND notice.edited_by_id IS NULL
            AND notice.customer_id IN (SELECT customer_id FROM plan_scope)))
