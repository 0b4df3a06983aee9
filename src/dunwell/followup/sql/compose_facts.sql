SELECT asked.customer_id, asked.currency, asked.channel,
       followup_facts(%(organization)s, asked.customer_id, asked.currency, asked.invoices, %(as_of)s)
  FROM (
        SELECT action.customer_id, invoice.currency, step.channel, array_agg(invoice.id ORDER BY invoice.id) AS invoices
          FROM followup_action AS action
          JOIN followup_policystep AS step ON step.id = action.step_id
          JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id
         WHERE action.organization_id = %(organization)s AND action.state = 'planned' AND action.notice_id IS NULL
         GROUP BY action.customer_id, invoice.currency, step.channel
       ) AS asked
