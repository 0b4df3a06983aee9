-- Whoever changes a fact that follow-up decides on leaves the customer's id.

CREATE FUNCTION ledger_customers_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
        SELECT DISTINCT organization_id, customer_id FROM old_rows;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
        SELECT DISTINCT organization_id, customer_id FROM new_rows;
    ELSE
        INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
        SELECT organization_id, customer_id FROM old_rows UNION SELECT organization_id, customer_id FROM new_rows;
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    facts text;
BEGIN
    FOREACH facts IN ARRAY ARRAY['ledger_contact', 'ledger_invoice', 'ledger_payment', 'ledger_creditnote', 'ledger_hold'] LOOP
        EXECUTE format('CREATE TRIGGER touched_inserted AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger_customers_touched()', facts);
        EXECUTE format('CREATE TRIGGER touched_updated AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger_customers_touched()', facts);
        EXECUTE format('CREATE TRIGGER touched_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS old_rows '
                       'FOR EACH STATEMENT EXECUTE FUNCTION ledger_customers_touched()', facts);
    END LOOP;
END $$;

-- A customer is such a fact, too.
CREATE FUNCTION ledger_customer_itself_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_touchedcustomer (organization_id, customer_id) SELECT organization_id, id FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_customers_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_touchedcustomer (organization_id, customer_id) SELECT organization_id, id FROM old_rows;
    RETURN NULL;
END $$;

CREATE TRIGGER touched_updated AFTER UPDATE ON ledger_customer REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_customer_itself_touched();
CREATE TRIGGER touched_deleted AFTER DELETE ON ledger_customer REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_customers_gone();

-- What somebody says about a channel is a fact about the customer, who is looked at again.
CREATE FUNCTION ledger_choices_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
        SELECT contact.organization_id, contact.customer_id
          FROM new_rows JOIN ledger_contact AS contact ON contact.id = new_rows.contact_id;
    ELSE
        INSERT INTO ledger_touchedcustomer (organization_id, customer_id)
        SELECT contact.organization_id, contact.customer_id
          FROM old_rows JOIN ledger_contact AS contact ON contact.id = old_rows.contact_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER touched_inserted AFTER INSERT ON ledger_channelchoice REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_choices_touched();
CREATE TRIGGER touched_updated AFTER UPDATE ON ledger_channelchoice REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_choices_touched();
CREATE TRIGGER touched_deleted AFTER DELETE ON ledger_channelchoice REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_choices_touched();
