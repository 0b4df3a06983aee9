-- Late customers who have had the last step of the current policy for an invoice that is still open.
WITH last AS (
    SELECT step.lineage
      FROM followup_policystep AS step
      JOIN followup_policyversion AS version ON version.id = step.version_id AND version.is_current
      JOIN followup_dunningpolicy AS policy ON policy.id = version.policy_id AND policy.is_default
     WHERE policy.organization_id = %(organization)s
     ORDER BY step.offset_days DESC LIMIT 1
)
SELECT customer.id, customer.name
  FROM followup_customerstanding AS standing
  JOIN ledger_customer AS customer ON customer.id = standing.customer_id
 WHERE standing.organization_id = %(organization)s AND standing.standing IN ('late', 'defaulter')
   AND (%(owner)s::bigint IS NULL OR customer.owner_id = %(owner)s)
   AND EXISTS (
           SELECT FROM ledger_invoice AS invoice
             JOIN followup_action AS action ON action.invoice_id = invoice.id AND action.state = 'done'
             JOIN last ON last.lineage = action.lineage
            WHERE invoice.organization_id = %(organization)s AND invoice.customer_id = customer.id
              AND invoice.settled_on IS NULL AND NOT invoice.is_draft)
 ORDER BY standing.oldest_due_on, customer.id
 LIMIT %(most)s
