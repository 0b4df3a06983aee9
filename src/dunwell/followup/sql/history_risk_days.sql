INSERT INTO followup_riskday (organization_id, day, currency, at_risk)
SELECT %(organization)s, day, currency, coalesce(sum(outstanding) FILTER (WHERE standing = 'defaulter'), 0)
  FROM history_standing GROUP BY day, currency
