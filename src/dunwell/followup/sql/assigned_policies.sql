-- rules.assignment.assign, set-based, for the debts of the customers in scope.
CREATE TEMPORARY TABLE assigned_policy ON COMMIT DROP AS
SELECT balance.customer_id, balance.currency, coalesce(own.policy_id, fitting.policy_id) AS policy_id,
       CASE WHEN own.policy_id IS NULL THEN fitting.rule_id END AS rule_id
  FROM assess_scope AS scope
  JOIN followup_customerbalance AS balance
    ON balance.organization_id = %(organization)s AND balance.customer_id = scope.customer_id
  JOIN ledger_customer AS customer ON customer.id = scope.customer_id
  JOIN followup_customerprofile AS profile ON profile.customer_id = scope.customer_id
  LEFT JOIN followup_customerpolicy AS own
    ON own.organization_id = %(organization)s AND own.customer_id = scope.customer_id
  LEFT JOIN LATERAL (
        SELECT rule.id AS rule_id, rule.policy_id
          FROM followup_assignmentrule AS rule
         WHERE rule.organization_id = %(organization)s
           AND (cardinality(rule.segments) = 0 OR profile.segment = ANY (rule.segments))
           AND (rule.balance_above IS NULL OR profile.outstanding > rule.balance_above)
           AND (cardinality(rule.currencies) = 0 OR balance.currency = ANY (rule.currencies))
           AND (cardinality(rule.countries) = 0 OR customer.country = ANY (rule.countries))
           AND (cardinality(rule.tags) = 0 OR customer.tags && rule.tags)
           AND (rule.minimum_risk IS NULL OR profile.risk >= rule.minimum_risk)
           AND (rule.customer_id IS NULL OR rule.customer_id = customer.id)
         ORDER BY rule.position LIMIT 1
       ) AS fitting ON true
 WHERE own.policy_id IS NOT NULL OR fitting.policy_id IS NOT NULL
