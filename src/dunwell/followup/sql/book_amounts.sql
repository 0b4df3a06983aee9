SELECT currency, count(*), count(*) FILTER (WHERE due_on < %(as_of)s),
       sum(balance), coalesce(sum(balance) FILTER (WHERE due_on < %(as_of)s), 0)
  FROM ledger_open_items(%(organization)s, %(as_of)s)
 GROUP BY currency ORDER BY currency
