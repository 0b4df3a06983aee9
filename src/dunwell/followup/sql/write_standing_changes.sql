-- rules.standing.change_name, set-based. A first assessment that finds nothing late is no news.
INSERT INTO followup_standingchange (organization_id, customer_id, name, before, after, changed_on, recorded_at)
SELECT %(organization)s, customer_id,
       CASE WHEN standing = 'defaulter' THEN CASE WHEN was_defaulter THEN 'defaulted_again' ELSE 'became_defaulter' END
            WHEN standing = 'late' THEN CASE WHEN before = 'defaulter' THEN 'improved_to_late' ELSE 'became_late' END
            WHEN before IN ('late', 'defaulter') THEN 'cleared'
            ELSE 'became_' || standing END,
       coalesce(before, ''), standing, %(as_of)s, %(now)s
  FROM assessed_standing
 WHERE standing IS DISTINCT FROM before AND (before IS NOT NULL OR standing IN ('late', 'defaulter'))
