-- An entry follows its steps: to do while one of them is planned, it rests while they wait, and closes by itself, with
-- the word for why, when none is left. The furthest step that is planned speaks for it.
WITH followed AS (
    SELECT task.id, bool_or(action.state = 'planned') AS is_planned, bool_or(action.state = 'waiting') AS waits,
           (array_agg(action.step_id ORDER BY action.offset_days DESC, action.id) FILTER (WHERE action.state = 'planned'))[1] AS step_id,
           (array_agg(action.reason ORDER BY action.offset_days DESC, action.id) FILTER (WHERE action.state = 'waiting'))[1] AS waits_for,
           (array_agg(action.reason ORDER BY action.changed_at DESC, action.id) FILTER (WHERE action.state = 'final'))[1] AS ended_by
      FROM followup_task AS task
      LEFT JOIN followup_action AS action ON action.task_id = task.id
     WHERE task.organization_id = %(organization)s AND task.state IN ('open', 'resting')
     GROUP BY task.id
), stands AS (
    SELECT id, step_id,
           CASE WHEN is_planned THEN 'open' WHEN waits THEN 'resting' ELSE 'closed' END AS state,
           CASE WHEN is_planned THEN '' WHEN waits THEN waits_for ELSE coalesce(ended_by, 'withdrawn') END AS reason
      FROM followed
)
UPDATE followup_task AS task
   SET state = stands.state, reason = stands.reason, step_id = coalesce(stands.step_id, task.step_id),
       closed_at = CASE WHEN stands.state = 'closed' THEN %(now)s::timestamptz END, changed_at = %(now)s
  FROM stands
 WHERE task.id = stands.id
   AND (task.state, task.reason, task.step_id) IS DISTINCT FROM (stands.state, stands.reason, coalesce(stands.step_id, task.step_id))
