-- What happened on each day: invoiced, voided, received, paid up, and first notices with what became of them.
CREATE TEMPORARY TABLE history_flow ON COMMIT DROP AS
SELECT currency, day, sum(invoiced) AS invoiced, sum(voided) AS voided, sum(received) AS received,
       sum(paid_invoices) AS paid_invoices, sum(paid_on_time) AS paid_on_time, sum(paid_amount) AS paid_amount,
       sum(paid_amount * paid_days) AS paid_amount_days,
       count(*) FILTER (WHERE paid_days BETWEEN 0 AND 15) AS paid_0_15,
       count(*) FILTER (WHERE paid_days BETWEEN 16 AND 30) AS paid_16_30,
       count(*) FILTER (WHERE paid_days BETWEEN 31 AND 45) AS paid_31_45,
       count(*) FILTER (WHERE paid_days BETWEEN 46 AND 60) AS paid_46_60,
       count(*) FILTER (WHERE paid_days BETWEEN 61 AND 90) AS paid_61_90,
       count(*) FILTER (WHERE paid_days > 90) AS paid_91,
       sum(noticed) AS noticed,
       count(*) FILTER (WHERE answered_in <= 7) AS noticed_paid_7,
       count(*) FILTER (WHERE answered_in <= 14) AS noticed_paid_14,
       count(*) FILTER (WHERE answered_in <= 30) AS noticed_paid_30
  FROM (
        SELECT currency, issued_on AS day, total AS invoiced, 0::numeric AS voided, 0::numeric AS received,
               0 AS paid_invoices, 0 AS paid_on_time, 0::numeric AS paid_amount, NULL::int AS paid_days,
               0 AS noticed, NULL::int AS answered_in
          FROM ledger_invoice WHERE organization_id = %(organization)s AND NOT is_draft
        UNION ALL
        SELECT currency, greatest(voided_on, issued_on), 0, total, 0, 0, 0, 0, NULL, 0, NULL
          FROM ledger_invoice WHERE organization_id = %(organization)s AND NOT is_draft AND voided_on IS NOT NULL
        UNION ALL
        -- Money that bounced or was paid back leaves again on the day it did
        SELECT payment.currency, dated.day, 0, 0, dated.sign * payment.amount, 0, 0, 0, NULL, 0, NULL
          FROM ledger_payment AS payment
         CROSS JOIN LATERAL (VALUES (payment.succeeded_on, 1),
                                    (CASE WHEN payment.failed_on IS NOT NULL OR payment.refunded_on IS NOT NULL
                                          THEN greatest(least(payment.failed_on, payment.refunded_on),
                                                        payment.succeeded_on) END, -1)
                            ) AS dated (day, sign)
         WHERE payment.organization_id = %(organization)s AND NOT payment.is_opening
           AND payment.succeeded_on IS NOT NULL
        UNION ALL
        SELECT currency, day, 0, 0, 0, 1, (day <= due_on)::int, total, day - issued_on, 0, NULL
          FROM history_change
         WHERE balance = 0 AND coalesce(balance_before, total) > 0 AND (day > %(first)s OR issued_on = day)
           AND NOT is_void AND written_off = 0 AND NOT is_opening
        UNION ALL
        SELECT invoice.currency, noticed.day, 0, 0, 0, 0, 0, 0, NULL, 1,
               CASE WHEN invoice.status = 'paid' AND invoice.settled_on BETWEEN noticed.day AND %(as_of)s
                    THEN invoice.settled_on - noticed.day END
          FROM (SELECT item.invoice_id, min(notice.contact_on) AS day
                  FROM followup_notice AS notice JOIN followup_noticeitem AS item ON item.notice_id = notice.id
                 WHERE notice.organization_id = %(organization)s AND notice.contact_on IS NOT NULL
                   AND notice.state IN ('sent', 'uncertain')
                 GROUP BY item.invoice_id) AS noticed
          JOIN ledger_invoice AS invoice ON invoice.id = noticed.invoice_id
       ) AS facts
 WHERE day BETWEEN %(first)s AND %(as_of)s
 GROUP BY currency, day
