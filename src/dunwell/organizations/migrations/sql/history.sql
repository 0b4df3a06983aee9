-- History is only added to. UPDATE and DELETE are refused by pghistory's own triggers; this one is put on every
-- history table after each migration (organizations/history.py).
CREATE FUNCTION organizations_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('dunwell.history_may_be_emptied', true) = 'yes' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'History is only added to: emptying % is refused', TG_TABLE_NAME
          USING ERRCODE = 'insufficient_privilege',
                HINT = 'docs/decisions/0020-history-is-only-added-to.md says how an organization''s history is erased.';
END $$;
