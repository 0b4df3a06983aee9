-- Whoever is chased by another policy than before is looked at again.
INSERT INTO pass_touched
SELECT customer_id
  FROM (SELECT kept.customer_id, kept.currency, kept.policy_id
          FROM followup_policyassignment AS kept JOIN assess_scope USING (customer_id)
         WHERE kept.organization_id = %(organization)s) AS kept
  FULL JOIN assigned_policy AS found USING (customer_id, currency)
 WHERE coalesce(kept.policy_id, %(default_policy)s) <> coalesce(found.policy_id, %(default_policy)s)
