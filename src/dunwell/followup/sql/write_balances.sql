INSERT INTO followup_customerbalance AS kept (
    organization_id, customer_id, currency, outstanding, overdue, disputed, not_due, days_1_30, days_31_60, days_61_90,
    days_91, unapplied_credit, open_invoices, overdue_invoices, oldest_due_on)
SELECT %(organization)s, customer_id, currency, outstanding, overdue, disputed, not_due, days_1_30, days_31_60,
       days_61_90, days_91, unapplied_credit, open_invoices, overdue_invoices, oldest_due_on
  FROM assessed_balance
    ON CONFLICT (customer_id, currency) DO UPDATE SET
       outstanding = excluded.outstanding, overdue = excluded.overdue, disputed = excluded.disputed,
       not_due = excluded.not_due, days_1_30 = excluded.days_1_30, days_31_60 = excluded.days_31_60,
       days_61_90 = excluded.days_61_90, days_91 = excluded.days_91, unapplied_credit = excluded.unapplied_credit,
       open_invoices = excluded.open_invoices, overdue_invoices = excluded.overdue_invoices,
       oldest_due_on = excluded.oldest_due_on
 WHERE (kept.outstanding, kept.overdue, kept.disputed, kept.not_due, kept.days_1_30, kept.days_31_60, kept.days_61_90,
        kept.days_91, kept.unapplied_credit, kept.open_invoices, kept.overdue_invoices, kept.oldest_due_on)
       IS DISTINCT FROM
       (excluded.outstanding, excluded.overdue, excluded.disputed, excluded.not_due, excluded.days_1_30,
        excluded.days_31_60, excluded.days_61_90, excluded.days_91, excluded.unapplied_credit, excluded.open_invoices,
        excluded.overdue_invoices, excluded.oldest_due_on)
