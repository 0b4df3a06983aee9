-- What each customer who owes was on a few days, and owed in each currency.
CREATE TEMPORARY TABLE history_standing ON COMMIT DROP AS
WITH looked_at AS (
    SELECT * FROM unnest(%(days)s::date[], %(late_if_due_before)s::date[], %(defaulter_if_due_before)s::date[],
                         %(due_soon_if_due_by)s::date[]) AS looked_at (day, late_before, defaulter_before, due_soon_by)
), item AS (
    SELECT looked_at.day, item.customer_id, item.currency, item.balance, item.due_on,
           item.balance > coalesce(dispute.amount, 0) AS is_undisputed
      FROM looked_at
     CROSS JOIN LATERAL ledger_open_items(%(organization)s, looked_at.day) AS item
      LEFT JOIN (SELECT looked_at.day, disputes.*
                   FROM looked_at CROSS JOIN LATERAL ledger_disputes(%(organization)s, looked_at.day) AS disputes
                ) AS dispute ON dispute.day = looked_at.day AND dispute.invoice_id = item.invoice_id
), owed AS (
    SELECT day, customer_id, currency, sum(balance) AS outstanding,
           min(min(due_on) FILTER (WHERE is_undisputed)) OVER (PARTITION BY day, customer_id) AS oldest
      FROM item GROUP BY day, customer_id, currency
)
SELECT owed.day, owed.customer_id, owed.currency, owed.outstanding,
       followup_standing(owed.oldest, looked_at.defaulter_before, looked_at.late_before, looked_at.due_soon_by) AS standing
  FROM owed JOIN looked_at USING (day)
