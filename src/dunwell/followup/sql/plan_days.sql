CREATE TEMPORARY TABLE plan_day ON COMMIT DROP AS
SELECT * FROM unnest(%(day_anchors)s::date[], %(day_offsets)s::int[], %(step_days)s::date[])
    AS day (anchor_on, offset_days, step_day)
