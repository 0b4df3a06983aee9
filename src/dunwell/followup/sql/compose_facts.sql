-- The digest of the facts of each notice about to be written, by the function that checks it before sending.
SELECT asked.customer_id, asked.currency, asked.channel,
       followup_facts(%(organization)s, asked.customer_id, asked.currency, asked.invoices, %(sending_on)s)
  FROM (
        SELECT action.customer_id, invoice.currency, step.channel, array_agg(invoice.id ORDER BY invoice.id) AS invoices
          FROM followup_action AS action
          JOIN followup_policystep AS step ON step.id = action.step_id
          JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id
         WHERE action.organization_id = %(organization)s AND action.state = 'planned' AND action.notice_id IS NULL
           AND action.customer_id = ANY (%(asked)s)
         GROUP BY action.customer_id, invoice.currency, step.channel
       ) AS asked
