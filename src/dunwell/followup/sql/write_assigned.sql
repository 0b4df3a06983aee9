INSERT INTO followup_policyassignment AS kept (organization_id, customer_id, currency, policy_id, rule_id)
SELECT %(organization)s, customer_id, currency, policy_id, rule_id FROM assigned_policy
    ON CONFLICT (organization_id, customer_id, currency) DO UPDATE SET
       policy_id = excluded.policy_id, rule_id = excluded.rule_id
 WHERE (kept.policy_id, kept.rule_id) IS DISTINCT FROM (excluded.policy_id, excluded.rule_id)
