UPDATE followup_action AS action SET notice_id = pair.notice
  FROM unnest(%(actions)s::bigint[], %(notices)s::bigint[]) AS pair (action, notice)
 WHERE action.id = pair.action
