DELETE FROM followup_policyassignment AS kept USING assess_scope AS scope
 WHERE kept.organization_id = %(organization)s AND kept.customer_id = scope.customer_id
   AND NOT EXISTS (SELECT FROM assigned_policy AS found
                    WHERE found.customer_id = kept.customer_id AND found.currency = kept.currency)
