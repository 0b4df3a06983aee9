-- Customers whom every reminder has reached in vain, as of the last assessment; once for each time they were late.
INSERT INTO alerts_alert (organization_id, kind, source_key, customer_id, details, happened_at)
SELECT standing.organization_id, 'last_step_done', 'last_step:' || standing.customer_id || ':' || standing.oldest_due_on,
       standing.customer_id, '{}', %(now)s
  FROM followup_customerstanding AS standing
 WHERE standing.organization_id = %(organization)s AND standing.chased_in_vain
   AND standing.oldest_due_on IS NOT NULL
    ON CONFLICT (organization_id, source_key) DO NOTHING
RETURNING id
