CREATE TEMPORARY TABLE plan_day ON COMMIT DROP AS
SELECT * FROM unnest(%(due_dates)s::date[], %(due_offsets)s::int[], %(step_days)s::date[])
    AS day (due_on, offset_days, step_day)
