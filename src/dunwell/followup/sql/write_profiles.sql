INSERT INTO followup_customerprofile AS kept (
    organization_id, customer_id, segment, since, risk, judged, late, outstanding, overdue, expected_value)
SELECT %(organization)s, customer_id, segment, %(as_of)s, risk, judged, late, outstanding, overdue, expected_value
  FROM assessed_profile
    ON CONFLICT (customer_id) DO UPDATE SET
       since = CASE WHEN kept.segment = excluded.segment THEN kept.since ELSE excluded.since END,
       segment = excluded.segment, risk = excluded.risk, judged = excluded.judged, late = excluded.late,
       outstanding = excluded.outstanding, overdue = excluded.overdue, expected_value = excluded.expected_value
 WHERE (kept.segment, kept.risk, kept.judged, kept.late, kept.outstanding, kept.overdue, kept.expected_value)
       IS DISTINCT FROM (excluded.segment, excluded.risk, excluded.judged, excluded.late, excluded.outstanding,
                         excluded.overdue, excluded.expected_value)
