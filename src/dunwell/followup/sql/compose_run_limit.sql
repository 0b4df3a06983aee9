-- rules.urgency.most_urgent, set-based: of what could be written now, the most urgent `%(room)s` notices are planned, the
-- rest waits for the limit. Calls and internal tasks are no notices, and what a person lets go in spite of the limits goes.
WITH candidate AS (
    SELECT action.id, action.customer_id, invoice.currency, action.channel, invoice.due_on,
           bool_or(step.tone = 'final') OVER notice AND NOT EXISTS (
               SELECT FROM followup_action AS earlier
                -- An expression: the index of notices is longer than the planner knows while they are being written
                WHERE earlier.invoice_id = action.invoice_id AND earlier.state = 'done' AND coalesce(earlier.notice_id, 0) > 0)
               AS is_first_word
      FROM followup_action AS action
      JOIN followup_policystep AS step ON step.id = action.step_id
      JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id
     WHERE action.organization_id = %(organization)s AND action.limits_overridden_by_id IS NULL AND action.channel NOT IN ('call', 'task')
       AND (action.state = 'planned' AND action.notice_id IS NULL
            OR action.state = 'waiting' AND action.reason = 'run_limit')
    WINDOW notice AS (PARTITION BY action.customer_id, invoice.currency, action.channel)
), wanted AS (
    SELECT customer_id, currency, channel, is_first_word, min(due_on) AS oldest_due_on,
           min(min(due_on)) OVER (PARTITION BY customer_id) AS customers_oldest
      FROM candidate
     GROUP BY customer_id, currency, channel, is_first_word
), placed AS (
    SELECT wanted.*,
           row_number() OVER (ORDER BY customers_oldest, customer_id, oldest_due_on, currency COLLATE "C",
                                       channel COLLATE "C", is_first_word) <= %(room)s AS may_go
      FROM wanted
), changed AS (
    UPDATE followup_action AS action
       SET state = CASE WHEN placed.may_go THEN 'planned' ELSE 'waiting' END,
           reason = CASE WHEN placed.may_go THEN '' ELSE 'run_limit' END,
           recheck_on = %(tomorrow)s, changed_at = %(now)s
      FROM candidate
      JOIN placed USING (customer_id, currency, channel, is_first_word)
     WHERE action.id = candidate.id AND (action.state = 'planned') <> placed.may_go
    RETURNING action.state
)
SELECT count(*) FILTER (WHERE state = 'planned') FROM changed
