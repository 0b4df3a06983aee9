-- Rows are only added to the history of messages.
CREATE FUNCTION messaging_event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of messages is not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER messaging_event_is_final BEFORE UPDATE ON messaging_messageevent
    FOR EACH ROW EXECUTE FUNCTION messaging_event_is_final();
