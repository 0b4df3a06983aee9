WITH after AS (
    SELECT action.invoice_id,
           string_agg(step.name || ': ' || action.state || coalesce(' ' || nullif(action.reason, ''), ''), ', '
                      ORDER BY action.offset_days, action.id) AS steps
      FROM followup_action AS action JOIN followup_policystep AS step ON step.id = action.step_id
     WHERE action.organization_id = %(organization)s AND action.state IN ('waiting', 'planned')
     GROUP BY action.invoice_id
)
SELECT count(*) OVER (), invoice.id, invoice.number, customer.id, customer.name,
       coalesce(before.steps, ''), coalesce(after.steps, '')
  FROM preview_before AS before
  FULL JOIN after ON after.invoice_id = before.invoice_id
  JOIN ledger_invoice AS invoice ON invoice.id = coalesce(after.invoice_id, before.invoice_id)
  JOIN ledger_customer AS customer ON customer.id = invoice.customer_id
 WHERE before.steps IS DISTINCT FROM after.steps
 ORDER BY invoice.due_on, invoice.id
 LIMIT %(most)s
