-- Late customers who have had the last step of the policy that chases them for an invoice that is still open.
WITH last AS (
    SELECT DISTINCT ON (version.policy_id) version.policy_id, policy.is_default, step.lineage, step.times - 1 AS occurrence
      FROM followup_policystep AS step
      JOIN followup_policyversion AS version ON version.id = step.version_id AND version.is_current
      JOIN followup_dunningpolicy AS policy ON policy.id = version.policy_id
     WHERE policy.organization_id = %(organization)s AND step.anchor = 'due'
     ORDER BY version.policy_id, step.offset_days + coalesce(step.repeat_every_days, 0) * (step.times - 1) DESC, step.id DESC
)
SELECT customer.id, customer.name
  FROM followup_customerstanding AS standing
  JOIN ledger_customer AS customer ON customer.id = standing.customer_id
 WHERE standing.organization_id = %(organization)s AND standing.standing IN ('late', 'defaulter')
   AND EXISTS (
           SELECT FROM ledger_invoice AS invoice
             LEFT JOIN followup_policyassignment AS assigned
               ON assigned.organization_id = %(organization)s AND assigned.customer_id = customer.id
              AND assigned.currency = invoice.currency
             JOIN last ON CASE WHEN assigned.policy_id IS NULL THEN last.is_default ELSE last.policy_id = assigned.policy_id END
             JOIN followup_action AS action
               ON action.invoice_id = invoice.id AND action.state = 'done' AND action.lineage = last.lineage
              AND action.occurrence = last.occurrence
            WHERE invoice.organization_id = %(organization)s AND invoice.customer_id = customer.id
              AND invoice.settled_on IS NULL AND NOT invoice.is_draft
              AND action.anchor_id = coalesce((SELECT max(extension.id) FROM ledger_duedateextension AS extension
                                                WHERE extension.organization_id = %(organization)s
                                                  AND extension.invoice_id = invoice.id), 0))
 ORDER BY standing.oldest_due_on, customer.id
 LIMIT %(most)s
