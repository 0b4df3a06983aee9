-- Each planned step of a person belongs to the entry that stands for it.
UPDATE followup_action AS action
   SET task_id = task.id
  FROM followup_policystep AS step, followup_task AS task
 WHERE action.organization_id = %(organization)s AND action.state = 'planned'
   AND step.id = action.step_id AND step.channel IN ('call', 'task')
   AND task.organization_id = %(organization)s AND task.customer_id = action.customer_id AND task.kind = step.channel
   AND task.lineage = CASE step.channel WHEN 'task' THEN action.lineage ELSE 0 END AND task.state IN ('open', 'resting')
   AND action.task_id IS DISTINCT FROM task.id
