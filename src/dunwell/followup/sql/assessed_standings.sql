-- rules.standing.standing, set-based: thresholds come as the due dates that separate the standings.
CREATE TEMPORARY TABLE assessed_standing ON COMMIT DROP AS
SELECT scope.customer_id,
       CASE WHEN oldest.due_on < %(defaulter_if_due_before)s THEN 'defaulter'
            WHEN oldest.due_on < %(late_if_due_before)s THEN 'late'
            WHEN oldest.due_on <= %(due_soon_if_due_by)s THEN 'due_soon'
            ELSE 'current' END AS standing,
       oldest.due_on AS oldest_due_on,
       held.customer_id IS NOT NULL AS on_hold,
       before.standing AS before,
       coalesce(before.was_defaulter, false) AS was_defaulter
  FROM assess_scope AS scope
  LEFT JOIN (SELECT customer_id, min(due_on) AS due_on FROM assessed_item
              WHERE balance > disputed GROUP BY customer_id) AS oldest ON oldest.customer_id = scope.customer_id
  LEFT JOIN (SELECT DISTINCT customer_id FROM ledger_hold
              WHERE organization_id = %(organization)s AND starts_on <= %(as_of)s
                AND (ends_on IS NULL OR ends_on > %(as_of)s)
                AND (released_on IS NULL OR released_on > %(as_of)s)) AS held ON held.customer_id = scope.customer_id
  LEFT JOIN followup_customerstanding AS before ON before.customer_id = scope.customer_id
