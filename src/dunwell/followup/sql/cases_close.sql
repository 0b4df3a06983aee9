-- Nothing of theirs is overdue any more: the case is over by itself.
WITH closed AS (
    UPDATE followup_case AS kept
       SET closed_on = %(as_of)s, due_on = NULL, changed_at = %(now)s
      FROM assess_scope AS scope
     WHERE kept.organization_id = %(organization)s AND kept.customer_id = scope.customer_id AND kept.closed_on IS NULL
       AND NOT EXISTS (SELECT FROM found_case AS found WHERE found.customer_id = kept.customer_id)
    RETURNING kept.id, kept.customer_id, kept.priority
)
INSERT INTO followup_casechange (organization_id, customer_id, case_id, name, before, role, note, changed_on, recorded_at)
SELECT %(organization)s, customer_id, id, 'closed', priority, '', '', %(as_of)s, %(now)s FROM closed
