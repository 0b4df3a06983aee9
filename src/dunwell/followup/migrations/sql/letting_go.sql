CREATE TRIGGER let_go_of_files AFTER DELETE ON followup_noticefile REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_let_go_of_files();
