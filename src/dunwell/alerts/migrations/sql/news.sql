-- The word that something new is there to be seen. Heard when the transaction commits. The organization's id is all that
-- is said: whoever listens reads what is theirs.
CREATE FUNCTION alerts_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('dunwell_alerts', organization_id::text) FROM (SELECT DISTINCT organization_id FROM added) AS told;
    RETURN NULL;
END $$;
CREATE TRIGGER alerts_receipt_told AFTER INSERT ON alerts_alertreceipt
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION alerts_tell();
