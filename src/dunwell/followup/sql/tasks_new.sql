-- An entry on the worklist for what is planned and a person does: one call for each customer, one internal task for
-- each customer and step. Those that stand already take in what is planned besides.
INSERT INTO followup_task (
    organization_id, customer_id, kind, lineage, step_id, state, reason, due_on, attempts, note, is_needed, created_at, changed_at)
SELECT DISTINCT ON (customer_id, kind, lineage)
       %(organization)s, customer_id, kind, lineage, step_id, 'open', '', %(as_of)s, 0, '', true, %(now)s, %(now)s
  FROM (
        SELECT action.id, action.customer_id, step.channel AS kind, action.step_id, action.offset_days,
               CASE step.channel WHEN 'task' THEN action.lineage ELSE 0 END AS lineage
          FROM followup_action AS action
          JOIN followup_policystep AS step ON step.id = action.step_id AND step.channel IN ('call', 'task')
         WHERE action.organization_id = %(organization)s AND action.state = 'planned'
       ) AS planned
 WHERE NOT EXISTS (
           SELECT FROM followup_task AS standing
            WHERE standing.organization_id = %(organization)s AND standing.customer_id = planned.customer_id
              AND standing.kind = planned.kind AND standing.lineage = planned.lineage AND standing.state IN ('open', 'resting'))
 ORDER BY customer_id, kind, lineage, offset_days DESC, id
