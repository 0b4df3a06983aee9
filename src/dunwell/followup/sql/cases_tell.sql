-- The named rows of what has changed, the first of a case among them.
INSERT INTO followup_casechange (
    organization_id, customer_id, case_id, name, before, after, owner_id, role, note, changed_on, recorded_at)
SELECT %(organization)s, found.customer_id, stands.id, named.name, found.priority_before, found.priority, named.owner, named.role,
       '', %(as_of)s, %(now)s
  FROM found_case AS found
  JOIN followup_case AS stands
    ON stands.organization_id = %(organization)s AND stands.customer_id = found.customer_id AND stands.closed_on IS NULL
 CROSS JOIN LATERAL (
           SELECT 1 AS place, 'opened' AS name, NULL::bigint AS owner, '' AS role WHERE found.case_id IS NULL
           UNION ALL SELECT 2, 'promise_broken', NULL, '' WHERE found.newly_broken
           UNION ALL SELECT 3, 'refused', NULL, '' WHERE found.newly_refused
           UNION ALL SELECT 4, 'last_step', NULL, '' WHERE found.newly_last
           UNION ALL SELECT 5, 'raised', found.owner, found.role WHERE found.priority < found.priority_before
           UNION ALL SELECT 5, 'lowered', NULL, '' WHERE found.priority > found.priority_before
           UNION ALL SELECT 6, 'given', found.owner, found.role
            WHERE (found.owner IS NOT NULL OR found.role <> '')
              AND (found.owner, found.role) IS DISTINCT FROM (found.owner_before, found.role_before::text)
       ) AS named
 ORDER BY found.customer_id, named.place
