-- rules.netting.net, set-based, for the customers in scope who have unapplied credit.
CREATE TEMPORARY TABLE plan_netting ON COMMIT DROP AS
SELECT invoice_id, greatest(0, least(balance, credit - older)) AS netted
  FROM (
        SELECT item.invoice_id, item.balance, credit.amount AS credit,
               coalesce(sum(item.balance) OVER (
                   PARTITION BY item.customer_id, item.currency ORDER BY item.due_on, item.invoice_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS older
          FROM ledger_unapplied_credit(%(organization)s, %(as_of)s) AS credit
          JOIN (SELECT DISTINCT customer_id FROM plan_candidate) AS asked ON asked.customer_id = credit.customer_id
          JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item
            ON item.customer_id = credit.customer_id AND item.currency = credit.currency AND item.due_on < %(as_of)s
       ) AS overdue
