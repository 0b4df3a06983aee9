-- Each customer in scope with something overdue. A table of its own, which is analyzed: of an organization that is not among
-- those the statistics know, the planner expects one such customer, and compares every one with every other.
CREATE TEMPORARY TABLE case_owing ON COMMIT DROP AS
SELECT scope.customer_id, min(balance.oldest_due_on) AS oldest_due_on
  FROM assess_scope AS scope
  JOIN followup_customerbalance AS balance
    ON balance.organization_id = %(organization)s AND balance.customer_id = scope.customer_id AND balance.overdue_invoices > 0
 GROUP BY scope.customer_id
