-- What named a file is gone: the next pass looks whether anything else has it. In the order of the digests, as files are
-- stored, so that two never wait for one another in a ring.
CREATE FUNCTION messaging_let_go_of_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE messaging_storedfile AS file SET in_use = false
      FROM (SELECT id FROM messaging_storedfile
             WHERE id IN (SELECT file_id FROM old_rows) AND in_use ORDER BY sha256 FOR UPDATE) AS released
     WHERE file.id = released.id;
    RETURN NULL;
END $$;
CREATE TRIGGER let_go_of_files AFTER DELETE ON messaging_messagefile REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_let_go_of_files();
CREATE TRIGGER let_go_of_files AFTER DELETE ON messaging_printbatch REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_let_go_of_files();
