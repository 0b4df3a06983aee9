-- Which customers in scope are late and have had the last step of the policy that chases them, for an invoice still open.
WITH last AS (
    SELECT DISTINCT ON (version.policy_id) version.policy_id, policy.is_default, step.lineage, step.times - 1 AS occurrence
      FROM followup_policystep AS step
      JOIN followup_policyversion AS version ON version.id = step.version_id AND version.is_current
      JOIN followup_dunningpolicy AS policy ON policy.id = version.policy_id
     WHERE policy.organization_id = %(organization)s AND step.anchor = 'due'
     ORDER BY version.policy_id, step.offset_days + coalesce(step.repeat_every_days, 0) * (step.times - 1) DESC, step.id DESC
), in_vain AS (
    SELECT DISTINCT item.customer_id
      FROM assessed_standing AS standing
      JOIN assessed_item AS item ON item.customer_id = standing.customer_id
      LEFT JOIN followup_policyassignment AS assigned
        ON assigned.organization_id = %(organization)s AND assigned.customer_id = item.customer_id
       AND assigned.currency = item.currency
      JOIN last ON CASE WHEN assigned.policy_id IS NULL THEN last.is_default ELSE last.policy_id = assigned.policy_id END
      JOIN followup_action AS action
        ON action.invoice_id = item.invoice_id AND action.anchor_kind = 'due'
       AND (action.state = 'done' OR action.reason = 'not_reached')
       AND action.lineage = last.lineage AND action.occurrence = last.occurrence
     WHERE standing.standing IN ('late', 'defaulter')
       AND action.anchor_id = coalesce((SELECT max(extension.id) FROM ledger_duedateextension AS extension
                                         WHERE extension.organization_id = %(organization)s
                                           AND extension.invoice_id = item.invoice_id), 0)
)
UPDATE followup_customerstanding AS standing
   SET chased_in_vain = in_vain.customer_id IS NOT NULL
  FROM assess_scope AS scope
  LEFT JOIN in_vain ON in_vain.customer_id = scope.customer_id
 WHERE standing.customer_id = scope.customer_id
   AND standing.chased_in_vain <> (in_vain.customer_id IS NOT NULL)
