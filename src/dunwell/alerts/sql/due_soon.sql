-- What falls due within three days, one alert for a customer, day and currency: a day on which nobody looked loses none.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, details, happened_at)
SELECT invoice.organization_id, 'due_soon',
       'due:' || invoice.customer_id || ':' || invoice.due_on || ':' || invoice.currency, invoice.customer_id,
       jsonb_build_object('due_on', invoice.due_on, 'currency', invoice.currency, 'amount', sum(invoice.balance)::text,
                          'invoices', count(*)), %(now)s
  FROM ledger_invoice AS invoice
 WHERE invoice.organization_id = %(organization)s AND invoice.due_on BETWEEN %(as_of)s::date + 1 AND %(as_of)s::date + 3
   AND invoice.balance > 0 AND NOT invoice.is_draft AND 'due_soon' = ANY(%(kinds)s::text[])
 GROUP BY invoice.organization_id, invoice.customer_id, invoice.due_on, invoice.currency
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
