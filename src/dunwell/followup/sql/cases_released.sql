-- What a person set until a day is over on that day: the rules decide again, and it says so.
WITH released AS (
    UPDATE followup_case
       SET priority_by_hand = NULL, owner_by_hand_id = NULL, by_hand_note = '', by_hand_until = NULL, by_hand_by_id = NULL,
           changed_at = %(now)s
     WHERE organization_id = %(organization)s AND closed_on IS NULL AND by_hand_until <= %(as_of)s
    RETURNING id, customer_id, priority
)
INSERT INTO followup_casechange (organization_id, customer_id, case_id, name, after, role, note, changed_on, recorded_at)
SELECT %(organization)s, customer_id, id, 'released', priority, '', '', %(as_of)s, %(now)s FROM released
