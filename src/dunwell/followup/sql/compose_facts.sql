-- The digest of the facts of each notice about to be written, by the function that checks it before sending, and what it
-- names besides its invoices (`wanted`, joined by commas; empty for most).
SELECT asked.number, facts.digest,
       CASE WHEN cardinality(side.wanted) > 0 THEN
           followup_side_facts(%(organization)s, asked.customer_id, asked.invoices, %(sending_on)s, side.wanted)::text END
  FROM (
        SELECT number, customer_id, currency, channel, array_agg(invoice_id ORDER BY invoice_id) AS invoices
          FROM unnest(%(groups)s::int[], %(customers)s::bigint[], %(currencies)s::varchar[], %(channels)s::varchar[],
                      %(invoices)s::bigint[])
               AS line (number, customer_id, currency, channel, invoice_id)
         GROUP BY number, customer_id, currency, channel
       ) AS asked
  JOIN (SELECT number, string_to_array(joined, ',')::varchar[] AS wanted
          FROM unnest(%(wanted)s::text[]) WITH ORDINALITY AS each (joined, place), LATERAL (SELECT place - 1) AS at (number)
       ) AS side ON side.number = asked.number
 CROSS JOIN LATERAL followup_facts(%(organization)s, asked.customer_id, asked.currency, asked.invoices, %(sending_on)s,
                                   asked.channel, side.wanted) AS facts
