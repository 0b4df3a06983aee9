INSERT INTO followup_standingcount AS kept (organization_id, standing, customers)
SELECT %(organization)s, name, count(standing.customer_id)
  FROM unnest(ARRAY['current', 'due_soon', 'late', 'defaulter']) AS name
  LEFT JOIN followup_customerstanding AS standing
    ON standing.standing = name AND standing.organization_id = %(organization)s
 GROUP BY name
    ON CONFLICT (organization_id, standing) DO UPDATE SET customers = excluded.customers
 WHERE kept.customers <> excluded.customers
