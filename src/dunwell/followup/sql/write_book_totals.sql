WITH gone AS (
    DELETE FROM followup_booktotal AS kept
     WHERE kept.organization_id = %(organization)s
       AND NOT EXISTS (SELECT FROM followup_customerbalance AS balance
                        WHERE balance.organization_id = %(organization)s AND balance.currency = kept.currency)
)
INSERT INTO followup_booktotal AS kept (
    organization_id, currency, as_of, outstanding, overdue, disputed, not_due, days_1_30, days_31_60, days_61_90,
    days_91, unapplied_credit, open_invoices, overdue_invoices)
SELECT organization_id, currency, %(as_of)s, sum(outstanding), sum(overdue), sum(disputed), sum(not_due), sum(days_1_30),
       sum(days_31_60), sum(days_61_90), sum(days_91), sum(unapplied_credit), sum(open_invoices), sum(overdue_invoices)
  FROM followup_customerbalance WHERE organization_id = %(organization)s
 GROUP BY organization_id, currency
    ON CONFLICT (organization_id, currency) DO UPDATE SET
       as_of = excluded.as_of, outstanding = excluded.outstanding, overdue = excluded.overdue,
       disputed = excluded.disputed, not_due = excluded.not_due, days_1_30 = excluded.days_1_30,
       days_31_60 = excluded.days_31_60, days_61_90 = excluded.days_61_90, days_91 = excluded.days_91,
       unapplied_credit = excluded.unapplied_credit, open_invoices = excluded.open_invoices,
       overdue_invoices = excluded.overdue_invoices
