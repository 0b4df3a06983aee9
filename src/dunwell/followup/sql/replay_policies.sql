-- Who is assigned by what, for the copied customers and policies.
WITH policy AS (
    SELECT * FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS policy (old, new)
), own AS (
    INSERT INTO followup_customerpolicy (organization_id, customer_id, policy_id)
    SELECT %(scratch)s, customer.new, policy.new
      FROM followup_customerpolicy AS own
      JOIN replay_customer AS customer ON customer.old = own.customer_id
      JOIN policy ON policy.old = own.policy_id
     WHERE own.organization_id = %(source)s
)
INSERT INTO followup_assignmentrule (organization_id, position, name, policy_id, segments, balance_above, currencies, countries,
                                     tags, minimum_risk, customer_id)
SELECT %(scratch)s, rule.position, rule.name, policy.new, rule.segments, rule.balance_above, rule.currencies,
       rule.countries, rule.tags, rule.minimum_risk, customer.new
  FROM followup_assignmentrule AS rule
  JOIN policy ON policy.old = rule.policy_id
  LEFT JOIN replay_customer AS customer ON customer.old = rule.customer_id
 WHERE rule.organization_id = %(source)s
