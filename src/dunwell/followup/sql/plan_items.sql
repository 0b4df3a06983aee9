-- Each invoice in scope with what decides which steps are meant for it: the anchor that stands, the policy, the
-- customer's segment and risk, where the customer can be reached, and what is open in the base currency (null: there is no rate).
CREATE TEMPORARY TABLE plan_item ON COMMIT DROP AS
SELECT scope.*, coalesce(extended.anchor_id, 0) AS anchor_id, coalesce(assigned.policy_id, %(default_policy)s) AS policy_id,
       coalesce(profile.segment, '') AS segment, coalesce(profile.risk, 0) AS risk,
       customer.preferred_channel AS preferred,
       CASE WHEN %(assume_reachable)s THEN %(channels_set_up)s::text[]
            ELSE array_remove(ARRAY[
                CASE WHEN 'email' = ANY (%(channels_set_up)s::text[]) AND EXISTS (
                          SELECT FROM ledger_addresses(%(organization)s) AS usable
                           WHERE usable.customer_id = scope.customer_id AND usable.channel = 'email') THEN 'email' END,
                CASE WHEN 'sms' = ANY (%(channels_set_up)s::text[]) AND EXISTS (
                          SELECT FROM ledger_addresses(%(organization)s) AS usable
                           WHERE usable.customer_id = scope.customer_id AND usable.channel = 'sms') THEN 'sms' END,
                CASE WHEN 'letter' = ANY (%(channels_set_up)s::text[]) AND EXISTS (
                          SELECT FROM ledger_addresses(%(organization)s) AS usable
                           WHERE usable.customer_id = scope.customer_id AND usable.channel = 'letter') THEN 'letter' END
            ], NULL) END AS reachable,
       scope.balance * (%(condition_rates)s::jsonb ->> scope.currency)::numeric AS base_balance
  FROM plan_scope AS scope
  JOIN ledger_customer AS customer ON customer.id = scope.customer_id
  LEFT JOIN (SELECT invoice_id, max(id) AS anchor_id FROM ledger_duedateextension
              WHERE organization_id = %(organization)s AND extended_on <= %(as_of)s
              GROUP BY invoice_id) AS extended ON extended.invoice_id = scope.invoice_id
  LEFT JOIN followup_policyassignment AS assigned
    ON assigned.organization_id = %(organization)s AND assigned.customer_id = scope.customer_id
   AND assigned.currency = scope.currency
  LEFT JOIN followup_customerprofile AS profile ON %(use_profiles)s AND profile.customer_id = scope.customer_id
