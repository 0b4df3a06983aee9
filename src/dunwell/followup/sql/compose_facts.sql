-- The digest of the facts of each notice about to be written, by the function that checks it before sending.
SELECT asked.number,
       followup_facts(%(organization)s, asked.customer_id, asked.currency, asked.invoices, %(sending_on)s)
  FROM (
        SELECT number, customer_id, currency, array_agg(invoice_id ORDER BY invoice_id) AS invoices
          FROM unnest(%(groups)s::int[], %(customers)s::bigint[], %(currencies)s::varchar[], %(invoices)s::bigint[])
               AS line (number, customer_id, currency, invoice_id)
         GROUP BY number, customer_id, currency
       ) AS asked
