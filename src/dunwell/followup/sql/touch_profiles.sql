-- Steps that ask for segment or risk are looked at again where these changed, or crossed a threshold.
INSERT INTO pass_touched
SELECT customer_id FROM assessed_profile
 WHERE (%(segment_conditions)s AND segment IS DISTINCT FROM segment_before)
    OR EXISTS (SELECT FROM unnest(%(risk_thresholds)s::int[]) AS threshold
                WHERE (risk >= threshold) IS DISTINCT FROM (risk_before >= threshold))
