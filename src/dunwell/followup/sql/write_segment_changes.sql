INSERT INTO followup_segmentchange (organization_id, customer_id, before, after, changed_on, recorded_at)
SELECT %(organization)s, customer_id, segment_before, segment, %(as_of)s, %(now)s
  FROM assessed_profile WHERE segment_before <> segment
