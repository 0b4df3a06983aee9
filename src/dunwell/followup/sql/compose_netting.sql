SELECT invoice_id, netted, credit FROM (
    SELECT item.invoice_id, credit.amount AS credit,
           greatest(0, least(item.balance, credit.amount - coalesce(sum(item.balance) OVER (
               PARTITION BY item.customer_id, item.currency ORDER BY item.due_on, item.invoice_id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS netted
      FROM ledger_unapplied_credit(%(organization)s, %(as_of)s) AS credit
      JOIN ledger_open_items(%(organization)s, %(as_of)s) AS item
        ON item.customer_id = credit.customer_id AND item.currency = credit.currency AND item.due_on < %(as_of)s
     WHERE credit.customer_id IN (SELECT customer_id FROM followup_action
                                   WHERE organization_id = %(organization)s AND state = 'planned' AND notice_id IS NULL)
) AS netting WHERE netted > 0
