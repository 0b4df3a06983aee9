-- rules.segments, set-based, in the same whole numbers. Balances and standings of the scope have been written before.
CREATE TEMPORARY TABLE assessed_profile ON COMMIT DROP AS
WITH habit AS (
    SELECT judged.customer_id, count(*) AS judged, count(*) FILTER (WHERE judged.is_late) AS late
      FROM (
            SELECT invoice.customer_id,
                   CASE WHEN invoice.settled_on <= %(as_of)s
                        THEN invoice.written_off > 0 OR invoice.settled_on > invoice.due_on + %(late_after_days)s
                        WHEN invoice.due_on + %(late_after_days)s < %(as_of)s THEN true END AS is_late
              FROM assess_scope AS scope
              JOIN ledger_invoice AS invoice
                ON invoice.organization_id = %(organization)s AND invoice.customer_id = scope.customer_id
             WHERE NOT invoice.is_draft AND invoice.issued_on <= %(as_of)s AND invoice.due_on > %(window_since)s
               AND (invoice.voided_on IS NULL OR invoice.voided_on > %(as_of)s)
           ) AS judged
     WHERE judged.is_late IS NOT NULL
     GROUP BY judged.customer_id
), owed AS (
    SELECT balance.customer_id, min(balance.oldest_due_on) AS oldest_due_on,
           sum(balance.outstanding * coalesce((%(rates)s::jsonb ->> balance.currency)::numeric, 0)) AS outstanding,
           sum(balance.overdue * coalesce((%(rates)s::jsonb ->> balance.currency)::numeric, 0)) AS overdue
      FROM assess_scope AS scope
      JOIN followup_customerbalance AS balance
        ON balance.organization_id = %(organization)s AND balance.customer_id = scope.customer_id
     GROUP BY balance.customer_id
), facts AS (
    SELECT scope.customer_id, coalesce(habit.judged, 0) AS judged, coalesce(habit.late, 0) AS late,
           greatest(0, coalesce(%(as_of)s - owed.oldest_due_on, 0)) AS oldest_overdue_days, standing.was_defaulter,
           round(coalesce(owed.outstanding, 0), 4) AS outstanding, round(coalesce(owed.overdue, 0), 4) AS overdue
      FROM assess_scope AS scope
      JOIN followup_customerstanding AS standing ON standing.customer_id = scope.customer_id
      LEFT JOIN habit ON habit.customer_id = scope.customer_id
      LEFT JOIN owed ON owed.customer_id = scope.customer_id
), scored AS (
    SELECT facts.*,
           CASE WHEN judged < %(known_from_invoices)s THEN 'new'
                WHEN late = 0 THEN 'always_on_time'
                WHEN late * 100 >= %(frequent_percent)s * judged THEN 'frequent_defaulter'
                ELSE 'occasionally_late' END AS segment,
           CASE WHEN judged > 0 THEN %(history_points)s * late / judged ELSE %(unknown_points)s END
           + %(lateness_points)s * least(oldest_overdue_days, %(lateness_days)s) / %(lateness_days)s
           + CASE WHEN was_defaulter THEN %(defaulter_points)s ELSE 0 END AS risk
      FROM facts
)
SELECT scored.customer_id, scored.segment, scored.risk::int AS risk, scored.judged, scored.late, scored.outstanding,
       scored.overdue, round(scored.overdue * (100 - scored.risk) * 0.01, 4) AS expected_value,
       kept.segment AS segment_before, kept.risk AS risk_before
  FROM scored LEFT JOIN followup_customerprofile AS kept ON kept.customer_id = scored.customer_id
