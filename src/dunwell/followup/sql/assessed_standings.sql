CREATE TEMPORARY TABLE assessed_standing ON COMMIT DROP AS
SELECT scope.customer_id,
       followup_standing(oldest.due_on, %(defaulter_if_due_before)s, %(late_if_due_before)s, %(due_soon_if_due_by)s) AS standing,
       oldest.due_on AS oldest_due_on,
       held.customer_id IS NOT NULL AS on_hold,
       before.standing AS before,
       coalesce(before.was_defaulter, false) AS was_defaulter
  FROM assess_scope AS scope
  LEFT JOIN (SELECT customer_id, min(due_on) AS due_on FROM assessed_item
              WHERE balance > disputed GROUP BY customer_id) AS oldest ON oldest.customer_id = scope.customer_id
  LEFT JOIN (SELECT DISTINCT customer_id FROM ledger_standing_holds(%(organization)s, %(as_of)s)) AS held
         ON held.customer_id = scope.customer_id
  LEFT JOIN followup_customerstanding AS before ON before.customer_id = scope.customer_id
