-- rules.aging.BUCKETS come as arrays: an open amount enters a bucket on the day its age does, and leaves it after.
WITH bucket AS (
    SELECT * FROM unnest(%(bucket_names)s::text[], %(first_days)s::int[], %(last_days)s::int[])
               AS bucket (name, first_day, last_day)
), step AS (
    SELECT move.currency, bucket.name, greatest(move.day, move.due_on + bucket.first_day) AS day, move.amount
      FROM history_move AS move CROSS JOIN bucket
     WHERE bucket.last_day IS NULL OR move.day <= move.due_on + bucket.last_day
    UNION ALL
    SELECT move.currency, bucket.name, move.due_on + bucket.last_day + 1, -move.amount
      FROM history_move AS move CROSS JOIN bucket
     WHERE move.day <= move.due_on + bucket.last_day
), moved AS (
    SELECT currency, day,
           sum(amount) FILTER (WHERE name = 'not_due') AS not_due,
           sum(amount) FILTER (WHERE name = 'days_1_30') AS days_1_30,
           sum(amount) FILTER (WHERE name = 'days_31_60') AS days_31_60,
           sum(amount) FILTER (WHERE name = 'days_61_90') AS days_61_90,
           sum(amount) FILTER (WHERE name = 'days_91') AS days_91
      FROM step WHERE day <= %(as_of)s GROUP BY currency, day
), calendar AS (
    SELECT currency, series.day::date AS day
      FROM (SELECT currency FROM history_move UNION SELECT currency FROM history_flow) AS known,
           generate_series(%(first)s::timestamp, %(as_of)s::timestamp, interval '1 day') AS series (day)
), aged AS (
    SELECT currency, day,
           coalesce(sum(moved.not_due) OVER sequence, 0) AS not_due,
           coalesce(sum(moved.days_1_30) OVER sequence, 0) AS days_1_30,
           coalesce(sum(moved.days_31_60) OVER sequence, 0) AS days_31_60,
           coalesce(sum(moved.days_61_90) OVER sequence, 0) AS days_61_90,
           coalesce(sum(moved.days_91) OVER sequence, 0) AS days_91
      FROM calendar LEFT JOIN moved USING (currency, day)
    WINDOW sequence AS (PARTITION BY currency ORDER BY day)
)
INSERT INTO followup_bookday (
    organization_id, currency, day, outstanding, overdue, not_due, days_1_30, days_31_60, days_61_90, days_91,
    invoiced, voided, received, paid_invoices, paid_on_time, paid_amount, paid_amount_days, paid_0_15, paid_16_30,
    paid_31_45, paid_46_60, paid_61_90, paid_91, noticed, noticed_paid_7, noticed_paid_14, noticed_paid_30)
SELECT %(organization)s, currency, day,
       not_due + days_1_30 + days_31_60 + days_61_90 + days_91, days_1_30 + days_31_60 + days_61_90 + days_91,
       not_due, days_1_30, days_31_60, days_61_90, days_91,
       coalesce(invoiced, 0), coalesce(voided, 0), coalesce(received, 0), coalesce(paid_invoices, 0),
       coalesce(paid_on_time, 0), coalesce(paid_amount, 0), coalesce(paid_amount_days, 0), coalesce(paid_0_15, 0),
       coalesce(paid_16_30, 0), coalesce(paid_31_45, 0), coalesce(paid_46_60, 0), coalesce(paid_61_90, 0),
       coalesce(paid_91, 0), coalesce(noticed, 0), coalesce(noticed_paid_7, 0), coalesce(noticed_paid_14, 0),
       coalesce(noticed_paid_30, 0)
  FROM aged LEFT JOIN history_flow USING (currency, day)
