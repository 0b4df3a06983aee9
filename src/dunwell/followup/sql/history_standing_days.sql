INSERT INTO followup_standingday (organization_id, day, current, due_soon, late, defaulter)
SELECT %(organization)s, looked_at.day, known.customers - counted.due_soon - counted.late - counted.defaulter,
       counted.due_soon, counted.late, counted.defaulter
  FROM unnest(%(days)s::date[]) AS looked_at (day)
 CROSS JOIN LATERAL (
        SELECT count(*) AS customers FROM ledger_customers_known(%(organization)s, looked_at.day)) AS known
 CROSS JOIN LATERAL (
        SELECT count(DISTINCT customer_id) FILTER (WHERE standing = 'due_soon') AS due_soon,
               count(DISTINCT customer_id) FILTER (WHERE standing = 'late') AS late,
               count(DISTINCT customer_id) FILTER (WHERE standing = 'defaulter') AS defaulter
          FROM history_standing WHERE history_standing.day = looked_at.day) AS counted
