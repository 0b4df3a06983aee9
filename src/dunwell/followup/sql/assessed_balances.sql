CREATE TEMPORARY TABLE assessed_balance ON COMMIT DROP AS
SELECT coalesce(item.customer_id, credit.customer_id) AS customer_id,
       coalesce(item.currency, credit.currency) AS currency,
       coalesce(item.outstanding, 0) AS outstanding, coalesce(item.overdue, 0) AS overdue,
       coalesce(item.disputed, 0) AS disputed, coalesce(item.not_due, 0) AS not_due,
       coalesce(item.days_1_30, 0) AS days_1_30, coalesce(item.days_31_60, 0) AS days_31_60,
       coalesce(item.days_61_90, 0) AS days_61_90, coalesce(item.days_91, 0) AS days_91,
       coalesce(credit.amount, 0) AS unapplied_credit,
       coalesce(item.open_invoices, 0) AS open_invoices, coalesce(item.overdue_invoices, 0) AS overdue_invoices,
       item.oldest_due_on
  FROM (
        SELECT customer_id, currency,
               sum(balance) AS outstanding,
               coalesce(sum(balance) FILTER (WHERE days_past_due > 0), 0) AS overdue,
               sum(disputed) AS disputed,
               coalesce(sum(balance) FILTER (WHERE days_past_due <= 0), 0) AS not_due,
               coalesce(sum(balance) FILTER (WHERE days_past_due BETWEEN 1 AND 30), 0) AS days_1_30,
               coalesce(sum(balance) FILTER (WHERE days_past_due BETWEEN 31 AND 60), 0) AS days_31_60,
               coalesce(sum(balance) FILTER (WHERE days_past_due BETWEEN 61 AND 90), 0) AS days_61_90,
               coalesce(sum(balance) FILTER (WHERE days_past_due > 90), 0) AS days_91,
               count(*) AS open_invoices,
               count(*) FILTER (WHERE days_past_due > 0) AS overdue_invoices,
               min(due_on) AS oldest_due_on
          FROM assessed_item GROUP BY customer_id, currency
       ) AS item
  FULL JOIN (
        SELECT credit.* FROM ledger_unapplied_credit(%(organization)s, %(as_of)s) AS credit
          JOIN assess_scope ON assess_scope.customer_id = credit.customer_id
       ) AS credit ON credit.customer_id = item.customer_id AND credit.currency = item.currency
