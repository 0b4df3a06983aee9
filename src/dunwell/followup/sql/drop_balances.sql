DELETE FROM followup_customerbalance AS kept USING assess_scope AS scope
 WHERE kept.customer_id = scope.customer_id AND kept.organization_id = %(organization)s
   AND NOT EXISTS (SELECT FROM assessed_balance AS found
                    WHERE found.customer_id = kept.customer_id AND found.currency = kept.currency)
