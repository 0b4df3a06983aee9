-- Whom a customer is reached at, through each channel: the one place that says so. One row for each address that may be
-- used: neither refused by a server nor opted out of; an SMS only where it was agreed to, if the organization asks for that.
-- `place` orders them: reminders go to the primary contact, else to billing, else to whoever is known longest.
-- An address for letters has six lines: two of the street, postal code, city, region and country, empty ones included.
CREATE FUNCTION ledger_addresses(organization bigint)
RETURNS TABLE (customer_id bigint, channel text, contact_id bigint, name varchar, address text, language varchar, place int)
LANGUAGE sql STABLE AS $$
    SELECT contact.customer_id, 'email', contact.id, contact.name, contact.email, contact.language,
           CASE WHEN contact.is_primary THEN 0 WHEN contact.role = 'billing' THEN 1 ELSE 2 END
      FROM ledger_contact AS contact
     WHERE contact.organization_id = organization AND contact.email <> '' AND contact.email_refused_at IS NULL
       AND NOT EXISTS (SELECT FROM ledger_channelchoice AS choice
                        WHERE choice.contact_id = contact.id AND choice.channel = 'email' AND choice.said = 'opted_out')
    UNION ALL
    SELECT contact.customer_id, 'sms', contact.id, contact.name, contact.sms_number, contact.language,
           CASE WHEN contact.is_primary THEN 0 WHEN contact.role = 'billing' THEN 1 ELSE 2 END
      FROM ledger_contact AS contact
      JOIN organizations_organizationsettings AS settings ON settings.organization_id = contact.organization_id
      LEFT JOIN ledger_channelchoice AS choice ON choice.contact_id = contact.id AND choice.channel = 'sms'
     WHERE contact.organization_id = organization AND contact.sms_number > '' AND contact.sms_refused_at IS NULL AND contact.phone_refused_at IS NULL
       AND CASE choice.said WHEN 'agreed' THEN true WHEN 'opted_out' THEN false ELSE NOT settings.sms_consent_required END
    UNION ALL
    SELECT customer.id, 'letter', contact.id, coalesce(contact.name, ''),
           concat_ws(E'\n', customer.address_line_1, customer.address_line_2, customer.postal_code, customer.city,
                     customer.region, coalesce(nullif(customer.country, ''), owed.country)),
           coalesce(contact.language, ''), 0
      FROM ledger_customer AS customer
      JOIN organizations_organization AS owed ON owed.id = customer.organization_id
      LEFT JOIN ledger_contact AS contact ON contact.customer_id = customer.id AND contact.is_primary
     WHERE customer.organization_id = organization AND customer.address_line_1 <> '' AND customer.city <> ''
       AND customer.address_refused_at IS NULL
       AND NOT EXISTS (SELECT FROM ledger_channelchoice AS choice
                        WHERE choice.contact_id = contact.id AND choice.channel = 'letter' AND choice.said = 'opted_out')
$$;

-- The one of them that a message goes to.
CREATE FUNCTION ledger_recipient(organization bigint, customer bigint, channel text)
RETURNS TABLE (contact_id bigint, name varchar, address text, language varchar)
LANGUAGE sql STABLE AS $$
    SELECT usable.contact_id, usable.name, usable.address, usable.language
      FROM ledger_addresses(organization) AS usable
     WHERE usable.customer_id = customer AND usable.channel = ledger_recipient.channel
     ORDER BY usable.place, usable.contact_id
     LIMIT 1
$$;

-- Another phone, or another country that tells what a number means: it is looked at again. A refusal was the old number's.
CREATE FUNCTION ledger_phone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sms_number := NULL;
    NEW.sms_refused_at := NULL;
    NEW.sms_refused_reason := '';
    RETURN NEW;
END $$;

CREATE TRIGGER phone_changed BEFORE UPDATE OF phone ON ledger_contact
    FOR EACH ROW WHEN (OLD.phone IS DISTINCT FROM NEW.phone) EXECUTE FUNCTION ledger_phone_changed();

CREATE FUNCTION ledger_country_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_contact SET sms_number = NULL WHERE customer_id = NEW.id AND phone <> '';
    RETURN NULL;
END $$;

CREATE TRIGGER country_changed AFTER UPDATE OF country ON ledger_customer
    FOR EACH ROW WHEN (OLD.country IS DISTINCT FROM NEW.country) EXECUTE FUNCTION ledger_country_changed();

-- A refusal was the old address's.
CREATE FUNCTION ledger_address_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.address_refused_at := NULL;
    NEW.address_refused_reason := '';
    RETURN NEW;
END $$;

CREATE TRIGGER address_changed BEFORE UPDATE OF address_line_1, address_line_2, postal_code, city, region, country
    ON ledger_customer FOR EACH ROW
    WHEN (OLD.address_refused_at IS NOT NULL
          AND (OLD.address_line_1, OLD.address_line_2, OLD.postal_code, OLD.city, OLD.region, OLD.country)
              IS DISTINCT FROM
              (NEW.address_line_1, NEW.address_line_2, NEW.postal_code, NEW.city, NEW.region, NEW.country))
    EXECUTE FUNCTION ledger_address_changed();
