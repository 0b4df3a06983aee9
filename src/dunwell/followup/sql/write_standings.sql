INSERT INTO followup_customerstanding AS kept (
    organization_id, customer_id, standing, since, on_hold, oldest_due_on, was_defaulter)
SELECT %(organization)s, customer_id, standing, %(as_of)s, on_hold, oldest_due_on,
       was_defaulter OR standing = 'defaulter'
  FROM assessed_standing
    ON CONFLICT (customer_id) DO UPDATE SET
       since = CASE WHEN kept.standing = excluded.standing THEN kept.since ELSE excluded.since END,
       standing = excluded.standing, on_hold = excluded.on_hold, oldest_due_on = excluded.oldest_due_on,
       was_defaulter = excluded.was_defaulter
 WHERE (kept.standing, kept.on_hold, kept.oldest_due_on, kept.was_defaulter)
       IS DISTINCT FROM (excluded.standing, excluded.on_hold, excluded.oldest_due_on, excluded.was_defaulter)
