DROP FUNCTION followup_still_true(bigint, date);
DROP FUNCTION followup_owed(bigint, bigint, varchar, bigint[], date);
