-- rules.standing.standing for the oldest undisputed due date; thresholds come as the dates that separate the standings.
CREATE FUNCTION followup_standing(oldest_due_on date, defaulter_before date, late_before date, due_soon_by date)
RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN oldest_due_on < defaulter_before THEN 'defaulter'
                WHEN oldest_due_on < late_before THEN 'late'
                WHEN oldest_due_on <= due_soon_by THEN 'due_soon'
                ELSE 'current' END
$$;
