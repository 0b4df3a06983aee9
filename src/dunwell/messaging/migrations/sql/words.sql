-- A message's words stand in a table of their own from when it is queued, whoever queues it, and go with it. Nothing that
-- they are made of changes meanwhile. An address is taken apart as ledger/models/customers.py does (AddressWords).
CREATE FUNCTION messaging_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO messaging_messagewords (message_id, organization_id, words)
    SELECT id, organization_id, to_tsvector('simple', subject || ' ' || translate(recipient, '@.-_+', '     '))
      FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_words AFTER INSERT ON messaging_message REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_keep_words();

CREATE FUNCTION messaging_let_go_of_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM messaging_messagewords AS kept USING old_rows WHERE kept.message_id = old_rows.id;
    RETURN NULL;
END $$;
CREATE TRIGGER let_go_of_words AFTER DELETE ON messaging_message REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION messaging_let_go_of_words();
