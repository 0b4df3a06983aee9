-- Everything the texts of the planned notices need, one row for each invoice, in the order of the notices.
SELECT action.id AS action_id, action.customer_id, invoice.currency, step.channel, action.offset_days, action.step_id,
       action.needs_approval OR step.approval_required AS needs_approval, step.tone, step.template_id,
       invoice.id AS invoice_id, invoice.number, invoice.issued_on, invoice.due_on, invoice.total, item.balance,
       invoice.payment_url, invoice.description,
       customer.number AS customer_number, customer.name AS customer_name, customer.language, customer.time_zone,
       customer.country,
       contact.id AS contact_id, contact.name AS contact_name, contact.email,
       contact.language AS contact_language,
       EXISTS (SELECT FROM followup_action AS earlier
                WHERE earlier.invoice_id = invoice.id AND earlier.state = 'done') AS had_notice
  FROM followup_action AS action
  JOIN followup_policystep AS step ON step.id = action.step_id
  JOIN ledger_invoice AS invoice ON invoice.id = action.invoice_id
  JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item ON item.invoice_id = action.invoice_id
  JOIN ledger_customer AS customer ON customer.id = action.customer_id
  LEFT JOIN LATERAL (
        SELECT * FROM ledger_contact
         WHERE customer_id = customer.id AND email <> '' AND email_refused_at IS NULL
         ORDER BY is_primary DESC, role = 'billing' DESC, id LIMIT 1
       ) AS contact ON true
 WHERE action.organization_id = %(organization)s AND action.state = 'planned' AND action.notice_id IS NULL
 ORDER BY action.customer_id, invoice.currency, step.channel, invoice.due_on, invoice.id
